import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  GetCommand,
  type GetCommandInput,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/lib-dynamodb";
import {
  asRequestItems,
  type Command,
  isBatch,
  isTransaction,
  isWrite,
  requestsOf,
  type Write,
  type WriteCommand,
  writesOf,
} from "./commands";
import { holds, type Item, keyRange } from "./conditions";
import { validationFault } from "./limits";
import { type Kept, keep, type Table } from "./table";

// DynamoDB's operations as the adapters use them, each in one step. It refuses any option that they do not use.

export interface Surroundings {
  readonly tables: ReadonlyMap<string, Table>;
  readonly now: () => number;
  /** How far back an eventually consistent read may look now: any moment up to the present. */
  readonly past: () => number;
  /** A query's page ends early at a megabyte: how many items of a table that is. */
  readonly pageSize: (table: Table) => number;
  /** Which writes of a batch are done: some of them may be left undone. */
  readonly isDone: () => boolean;
  readonly written: (
    table: Table,
    key: Item,
    kept: Kept | undefined,
    before: Item | undefined,
  ) => void;
}

const $metadata = {};

export const throttled = (command: Command): Error =>
  isTransaction(command)
    ? cancelled((command.input.TransactItems ?? []).map(() => ({ Code: "ThrottlingError" })))
    : new ProvisionedThroughputExceededException({ message: "Rate exceeded", $metadata });

/** Another transaction on one of the items is under way. */
export const conflicted = (command: Command): Error =>
  isTransaction(command)
    ? cancelled(
        (command.input.TransactItems ?? []).map((_, index) => ({
          Code: index === 0 ? "TransactionConflict" : "None",
        })),
      )
    : new DynamoDBServiceException({
        name: "TransactionConflictException",
        message: "A transaction on the item is under way",
        $fault: "client",
        $metadata,
      });

const cancelled = (CancellationReasons: Array<{ Code: string }>): Error =>
  new TransactionCanceledException({ message: "Cancelled", $metadata, CancellationReasons });

const invalid = (message: string): Error =>
  new DynamoDBServiceException({
    name: "ValidationException",
    message,
    $fault: "client",
    $metadata,
  });

export const isInvalid = (error: unknown): boolean =>
  error instanceof DynamoDBServiceException && error.name === "ValidationException";

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

/** The attributes that a query asks for: all of them, or one. */
const projected = (item: Item, expression: string | undefined): Item =>
  expression === undefined ? item : { [expression]: item[expression] };

const query = (world: Surroundings, input: QueryCommandInput) => {
  only(input, [
    "TableName",
    "KeyConditionExpression",
    "ExpressionAttributeValues",
    "ProjectionExpression",
    "ScanIndexForward",
    "ConsistentRead",
    "Limit",
  ]);
  const table = tableOf(world, input.TableName);
  const values = input.ExpressionAttributeValues ?? {};
  const asOf = input.ConsistentRead === true ? world.now() : world.past();
  const { partition, range } = keyRange(
    [table.partitionKey, table.sortKey],
    input.KeyConditionExpression ?? "",
    values,
  );
  const most =
    input.Limit === undefined
      ? Number.MAX_SAFE_INTEGER
      : Math.min(input.Limit, world.pageSize(table));
  const found =
    input.ScanIndexForward === false
      ? table
          .partition(partition, asOf, range)
          .slice(-most - 1)
          .reverse()
      : table.partition(partition, asOf, range, most + 1);
  const page = found.slice(0, most);
  const last = page.at(-1);
  const Items = page.map((item) => projected(item, input.ProjectionExpression));
  return page.length < found.length && last
    ? { Items, LastEvaluatedKey: table.keyOf(last) }
    : { Items };
};

const conditional = ["ConditionExpression", "ExpressionAttributeValues"];

/** Checks a write's condition and prepares the write: all conditions are checked before anything is written. */
const prepare = (world: Surroundings, write: Write) => {
  const { Put, Delete } = write;
  only(write, ["Put", "Delete"]);
  if (Put) only(Put, ["TableName", "Item", ...conditional]);
  if (Delete) only(Delete, ["TableName", "Key", ...conditional]);
  const { TableName, ConditionExpression, ExpressionAttributeValues } = { ...Put, ...Delete };
  const table = tableOf(world, TableName);
  const key = Put ? table.keyOf(Put.Item ?? {}) : (Delete?.Key ?? {});
  const kept = Put && keep(Put.Item ?? {});
  const fault = validationFault([table.partitionKey, table.sortKey], key, kept);
  if (fault !== undefined) throw invalid(fault);
  const before = table.read(key);
  const allowed =
    ConditionExpression === undefined ||
    holds(ConditionExpression, before, ExpressionAttributeValues ?? {});
  return {
    Code: allowed ? "None" : "ConditionalCheckFailed",
    apply: () => {
      // A deletion of nothing changes nothing.
      if (Put === undefined && before === undefined) return;
      table.write(key, kept, world.now());
      world.written(table, key, kept, before);
    },
  };
};

const refusal = (command: Command, reasons: Array<{ Code: string }>): Error =>
  isTransaction(command)
    ? cancelled(reasons)
    : new ConditionalCheckFailedException({ message: "The condition failed", $metadata });

/** DynamoDB's limit for the writes of a batch. */
const maxWritesInBatch = 25;

/** Writes rows one by one, under no condition; answers with those that were left undone. */
const writeBatch = (world: Surroundings, command: Parameters<typeof requestsOf>[0]) => {
  only(command.input, ["RequestItems"]);
  const requests = requestsOf(command);
  const names = requests.map(({ table, request }) => {
    const key = tableOf(world, table).keyOf(
      request.PutRequest?.Item ?? request.DeleteRequest?.Key ?? {},
    );
    return JSON.stringify([table, Object.values(key)]);
  });
  if (requests.length === 0 || requests.length > maxWritesInBatch) {
    throw invalid(`a batch has ${requests.length} writes`);
  }
  if (new Set(names).size < names.length) throw invalid("a batch has a key twice");
  const prepared = writesOf(command).map((one) => prepare(world, one));
  const left = requests.filter((_, index) => {
    if (!world.isDone()) return true;
    prepared[index]?.apply();
    return false;
  });
  return { UnprocessedItems: asRequestItems(left) };
};

const write = (world: Surroundings, command: WriteCommand) => {
  if (isBatch(command)) return writeBatch(world, command);
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
