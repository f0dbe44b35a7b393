import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RA from "fp-ts/ReadonlyArray";
import * as TE from "fp-ts/TaskEither";
import type { Row } from "../../core/projection/columns";
import type {
  ReadModel,
  Superseded,
  Unavailable,
  UnreadableSummary,
} from "../../core/projection/ports";
import { isSuspended, type Summary } from "../../core/projection/summary";
import { call, unavailable } from "./availability";
import { type Rows, suspensionKey } from "./rows";

/** How many entries of a stream are written at a time. */
export const maxConcurrentPuts = 8;

const isLostRace = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed"));

/** A conditional write. It is superseded where another projector was faster. */
const write = (request: () => Promise<unknown>): TE.TaskEither<Unavailable | Superseded, void> =>
  pipe(
    TE.tryCatch(request, (error): Unavailable | Superseded =>
      isLostRace(error) ? { _tag: "Superseded" } : unavailable(error),
    ),
    TE.asUnit,
  );

const entryPut = (table: string, row: Row): PutCommandInput => ({
  TableName: table,
  Item: row,
  // A late projector of an earlier release must not overwrite the entries of a later one.
  ConditionExpression: "attribute_not_exists(pk) OR projectionVersion <= :projectionVersion",
  ExpressionAttributeValues: { ":projectionVersion": row.projectionVersion },
});

const summaryPut = (
  table: string,
  loaded: O.Option<Summary<unknown>>,
  row: Row,
): PutCommandInput & { TableName: string } => ({
  TableName: table,
  Item: row,
  ...pipe(
    loaded,
    O.match(
      () => ({ ConditionExpression: "attribute_not_exists(pk)" }),
      (summary) => ({
        ConditionExpression:
          "version = :version AND projectionVersion = :projectionVersion AND processing = :processing",
        ExpressionAttributeValues: {
          ":version": summary.version,
          ":projectionVersion": summary.projectionVersion,
          ":processing": isSuspended(summary) ? "SUSPENDED" : "CURRENT",
        },
      }),
    ),
  ),
});

/** What every projector changes, or gives its row in the first place. */
const guarded = ["version", "projectionVersion", "processing", "chainHead", "lastEntry"];

/** Replaces a row that cannot be read, as long as it is still the same: none of it is known to have a certain form. */
const unreadablePut = (
  table: string,
  { row: found }: UnreadableSummary,
  row: Row,
): PutCommandInput & { TableName: string } => {
  const there = guarded.filter((column) => found[column] !== undefined);
  const values = there.map((column) => [`:${column}`, found[column]]);
  return {
    TableName: table,
    Item: row,
    ConditionExpression: [
      "attribute_exists(pk)",
      ...guarded.map((column) =>
        there.includes(column) ? `${column} = :${column}` : `attribute_not_exists(${column})`,
      ),
    ].join(" AND "),
    ...(values.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(values) }),
  };
};

type TransactItems = NonNullable<TransactWriteCommandInput["TransactItems"]>;

/** A stream that is suspended, or was, has a row in the list of suspended streams: both rows change together, or none. */
const listing = <State>(
  table: string,
  rows: Rows<State>,
  loaded: O.Option<Summary<State>>,
  { streamId, suspension }: Summary<State>,
): TransactItems =>
  pipe(
    suspension,
    O.match(
      (): TransactItems =>
        O.exists(isSuspended)(loaded)
          ? [{ Delete: { TableName: table, Key: suspensionKey(streamId) } }]
          : [],
      (suspended) => [{ Put: { TableName: table, Item: rows.suspension(streamId, suspended) } }],
    ),
  );

/** The read model's table, as the projection writes it. */
export const dynamoReadModel = <State>(
  client: DynamoDBDocumentClient,
  table: string,
  rows: Rows<State>,
): ReadModel<State> => ({
  load: (streamId) =>
    pipe(
      call(() =>
        client.send(
          new GetCommand({
            TableName: table,
            Key: rows.summaryKey(streamId),
            ConsistentRead: true,
          }),
        ),
      ),
      TE.flatMap(({ Item }) =>
        pipe(
          O.fromNullable(Item),
          O.traverse(TE.ApplicativePar)((row) =>
            pipe(
              TE.fromEither(rows.summaryFrom(row)),
              TE.mapLeft((fault): UnreadableSummary => ({ _tag: "UnreadableSummary", fault, row })),
            ),
          ),
        ),
      ),
    ),

  saveEntries: (changes) =>
    pipe(
      changes,
      RA.filter(({ opening }) => !opening),
      RA.chunksOf(maxConcurrentPuts),
      TE.traverseSeqArray(
        TE.traverseArray((change) =>
          write(() => client.send(new PutCommand(entryPut(table, rows.entry(change))))),
        ),
      ),
      TE.asUnit,
    ),

  commit: (loaded, next) => {
    const put = summaryPut(table, loaded, rows.summary(next));
    const others = listing(table, rows, loaded, next);
    return write(() =>
      others.length === 0
        ? client.send(new PutCommand(put))
        : client.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, ...others] })),
    );
  },

  replaceUnreadable: (found, next) => {
    const { streamId, suspension } = next;
    // Nobody can tell if the unreadable summary was suspended: the list is set right in any case.
    const listed: TransactItems = pipe(
      suspension,
      O.match(
        (): TransactItems => [{ Delete: { TableName: table, Key: suspensionKey(streamId) } }],
        (suspended) => [{ Put: { TableName: table, Item: rows.suspension(streamId, suspended) } }],
      ),
    );
    const Put = unreadablePut(table, found, rows.summary(next));
    return write(() =>
      client.send(new TransactWriteCommand({ TransactItems: [{ Put }, ...listed] })),
    );
  },
});
