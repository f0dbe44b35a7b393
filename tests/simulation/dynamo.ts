import {
  ConditionalCheckFailedException,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  GetCommand,
  type GetCommandInput,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { summarySortKey } from "../../lambda/adapters/keys";
import { holds, type Item } from "./conditions";
import type { Stored, Table } from "./table";

// DynamoDB's operations as the adapters use them, each in one step. It refuses any option that they do not use.

export type Command = GetCommand | PutCommand | QueryCommand | TransactWriteCommand;

export interface Surroundings {
  readonly tables: ReadonlyMap<string, Table>;
  readonly now: () => number;
  /** How far back an eventually consistent read may look now: any moment up to the present. */
  readonly past: () => number;
  /** A query's page ends early at a megabyte: how many items that is. */
  readonly pageSize: number;
  readonly written: (
    table: Table,
    key: Item,
    item: Stored | undefined,
    before: Item | undefined,
  ) => void;
}

const $metadata = {};

export const throttled = (command: Command): Error =>
  command instanceof TransactWriteCommand
    ? new TransactionCanceledException({
        message: "Transaction cancelled",
        $metadata,
        CancellationReasons: (command.input.TransactItems ?? []).map(() => ({
          Code: "ThrottlingError",
        })),
      })
    : new ProvisionedThroughputExceededException({ message: "Rate exceeded", $metadata });

export const isTransaction = (command: Command): command is TransactWriteCommand =>
  command instanceof TransactWriteCommand;

export const isWrite = (command: Command): command is PutCommand | TransactWriteCommand =>
  command instanceof PutCommand || isTransaction(command);

export const isLostRace = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed"));

const only = (input: object, known: ReadonlyArray<string>): void => {
  const unknown = Object.keys(input).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`the simulated DynamoDB does not know ${unknown.join(", ")}`);
  }
};

const tableOf = ({ tables }: Surroundings, name: string | undefined): Table => {
  const table = tables.get(name ?? "");
  if (table === undefined) throw new Error(`there is no table ${name}`);
  return table;
};

const get = (world: Surroundings, input: GetCommandInput) => {
  only(input, ["TableName", "Key", "ConsistentRead"]);
  const asOf = input.ConsistentRead === true ? world.now() : world.past();
  const item = tableOf(world, input.TableName).read(input.Key ?? {}, asOf);
  return item === undefined ? {} : { Item: item };
};

const query = (world: Surroundings, input: QueryCommandInput) => {
  only(input, [
    "TableName",
    "KeyConditionExpression",
    "ExpressionAttributeValues",
    "ConsistentRead",
    "Limit",
  ]);
  const table = tableOf(world, input.TableName);
  const values = input.ExpressionAttributeValues ?? {};
  const asOf = input.ConsistentRead === true ? world.now() : world.past();
  // The partition is the value of the first clause, as in every query of the adapters.
  const partition = String(Object.values(values)[0]);
  const found = table
    .partition(partition, asOf)
    .filter((item) => holds(input.KeyConditionExpression ?? "", item, values));
  if (input.Limit === undefined) return { Items: found };
  const page = found.slice(0, Math.min(input.Limit, world.pageSize));
  const last = page.at(-1);
  return page.length < found.length && last
    ? { Items: page, LastEvaluatedKey: table.keyOf(last) }
    : { Items: page };
};

type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

const writesOf = (command: PutCommand | TransactWriteCommand): ReadonlyArray<Write> =>
  command instanceof PutCommand
    ? [{ Put: command.input as NonNullable<Write["Put"]> }]
    : (command.input.TransactItems ?? []);

/** Checks a write's condition and prepares the write: all conditions are checked before anything is written. */
const prepare = (world: Surroundings, write: Write) => {
  const { Put, Delete } = write;
  only(write, ["Put", "Delete"]);
  if (Put) {
    only(Put, ["TableName", "Item", "ConditionExpression", "ExpressionAttributeValues"]);
  }
  if (Delete) only(Delete, ["TableName", "Key"]);
  const table = tableOf(world, Put?.TableName ?? Delete?.TableName);
  const key = Put ? table.keyOf(Put.Item ?? {}) : (Delete?.Key ?? {});
  const before = table.read(key);
  const allowed =
    Put?.ConditionExpression === undefined ||
    holds(Put.ConditionExpression, before, Put.ExpressionAttributeValues ?? {});
  return {
    Code: allowed ? "None" : "ConditionalCheckFailed",
    apply: () => {
      world.written(table, key, table.write(key, Put?.Item, world.now()), before);
    },
  };
};

const refusal = (command: Command, CancellationReasons: Array<{ Code: string }>): Error =>
  isTransaction(command)
    ? new TransactionCanceledException({ message: "Cancelled", $metadata, CancellationReasons })
    : new ConditionalCheckFailedException({ message: "The condition failed", $metadata });

const write = (world: Surroundings, command: PutCommand | TransactWriteCommand) => {
  if (isTransaction(command)) only(command.input, ["TransactItems"]);
  const prepared = writesOf(command).map((one) => prepare(world, one));
  if (prepared.some(({ Code }) => Code !== "None")) {
    throw refusal(
      command,
      prepared.map(({ Code }) => ({ Code })),
    );
  }
  for (const { apply } of prepared) apply();
  return {};
};

export const execute = (world: Surroundings, command: Command): unknown => {
  if (command instanceof GetCommand) return get(world, command.input);
  if (command instanceof QueryCommand) return query(world, command.input);
  if (isWrite(command)) return write(world, command);
  throw new Error("the simulated DynamoDB does not know this operation");
};

/** The keys that a command names, or the values of its query. */
const subjects = (command: Command): ReadonlyArray<ReadonlyArray<unknown>> => {
  const keys = (item: Item = {}) => [item.pk ?? item.streamId, item.sk ?? item.version];
  if (command instanceof GetCommand) return [keys(command.input.Key)];
  if (command instanceof QueryCommand) {
    return [Object.values(command.input.ExpressionAttributeValues ?? {})];
  }
  return writesOf(command).map(({ Put, Delete }) => keys(Put?.Item ?? Delete?.Key));
};

/** The stream that a command is about: an event lies under its id, a row of the read model under a prefix and its id. */
export const streamOf = (command: Command): string =>
  String(subjects(command)[0]?.[0]).replace(/^[^:]*:/, "");

/** A command in a few words, for the trace. */
export const describe = (command: Command): string => {
  const verb = command.constructor.name.replace("Command", "");
  const state = isWrite(command) ? stateText(command) : "";
  return `${verb} ${subjects(command)
    .map((names) => names.join(" "))
    .join(" and ")}${state}`;
};

const stateText = (command: PutCommand | TransactWriteCommand): string =>
  writesOf(command)
    .flatMap(({ Put }) => (Put?.Item?.sk === summarySortKey ? [Put.Item] : []))
    .map(
      (row) =>
        ` (version ${row.version}, projection version ${row.projectionVersion}, ${row.processing})`,
    )
    .join("");
