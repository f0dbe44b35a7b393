import {
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { rebuildSortKey, summarySortKey } from "../../lambda/adapters/keys";
import type { Item } from "./conditions";

// The commands that the adapters send to DynamoDB, and what they are about.

export type WriteCommand = PutCommand | DeleteCommand | BatchWriteCommand | TransactWriteCommand;
export type Command = GetCommand | QueryCommand | WriteCommand;

/** One write of a command: a put or a deletion, with or without a condition. */
export type Write = Pick<
  NonNullable<TransactWriteCommandInput["TransactItems"]>[number],
  "Put" | "Delete"
>;

export const isTransaction = (command: Command): command is TransactWriteCommand =>
  command instanceof TransactWriteCommand;

export const isBatch = (command: Command): command is BatchWriteCommand =>
  command instanceof BatchWriteCommand;

export const isWrite = (command: Command): command is WriteCommand =>
  command instanceof PutCommand ||
  command instanceof DeleteCommand ||
  isBatch(command) ||
  isTransaction(command);

/** The requests of a batch, each with its table. */
export const requestsOf = ({ input }: BatchWriteCommand) =>
  Object.entries(input.RequestItems ?? {}).flatMap(([table, requests]) =>
    requests.map((request) => ({ table, request })),
  );

/** A batch's requests, table by table, as DynamoDB takes them and gives them back. */
export const asRequestItems = (
  requests: ReturnType<typeof requestsOf>,
): BatchWriteCommand["input"]["RequestItems"] => {
  const items: Record<string, Array<(typeof requests)[number]["request"]>> = {};
  for (const { table, request } of requests) items[table] = [...(items[table] ?? []), request];
  return items;
};

/** The writes of a command, in the order in which it names them. */
export const writesOf = (command: WriteCommand): ReadonlyArray<Write> => {
  if (command instanceof PutCommand) return [{ Put: command.input as Write["Put"] }];
  if (command instanceof DeleteCommand) return [{ Delete: command.input as Write["Delete"] }];
  if (isTransaction(command)) return command.input.TransactItems ?? [];
  return requestsOf(command).map(({ table: TableName, request }) =>
    request.PutRequest
      ? { Put: { TableName, Item: request.PutRequest.Item } }
      : { Delete: { TableName, Key: request.DeleteRequest?.Key } },
  );
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

/** The partition key that a command is about: that of its first row. */
export const partitionOf = (command: Command): string => String(subjects(command)[0]?.[0]);

/** A key in the trace: long ones are cut. */
const shown = (value: unknown): string => {
  const text = String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

/** A command in a few words, for the trace. */
export const describe = (command: Command): string => {
  const verb = command.constructor.name.replace("Command", "");
  const state = isWrite(command) ? stateText(command) : "";
  return `${verb} ${subjects(command)
    .map((names) => names.map(shown).join(" "))
    .join(" and ")}${state}`;
};

const stateText = (command: WriteCommand): string =>
  writesOf(command)
    .flatMap(({ Put }) => {
      const row = Put?.Item;
      const isState = row?.sk === summarySortKey || row?.sk === rebuildSortKey;
      return isState ? [row] : [];
    })
    .map(
      ({ version, projectionVersion, generation, processing, replacedAt }) =>
        ` (version ${version}, rows ${projectionVersion}.${generation}${processing ? `, ${processing}` : ""}${replacedAt ? ", replaced" : ""})`,
    )
    .join("");
