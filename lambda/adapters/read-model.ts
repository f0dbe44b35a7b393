import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import * as t from "io-ts";
import type { Row } from "../../core/projection/columns";
import { Version } from "../../core/projection/identifiers";
import type { ReadModel, UnreadableSummary } from "../../core/projection/ports";
import { isSuspended, type Summary } from "../../core/projection/summary";
import { call } from "./availability";
import { writeBatches } from "./batches";
import { isAbsent, isUnchanged, write } from "./conditions";
import { entryKey, processingOf, type Rows, suspensionKey } from "./rows";

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
      () => isAbsent,
      (summary) => ({
        ConditionExpression:
          "version = :version AND projectionVersion = :projectionVersion AND generation = :generation AND processing = :processing",
        ExpressionAttributeValues: {
          ":version": summary.version,
          ":projectionVersion": summary.projectionVersion,
          ":generation": summary.generation,
          ":processing": processingOf(summary),
        },
      }),
    ),
  ),
});

/** What every projector changes, or gives its row in the first place. */
const guarded = [
  "version",
  "projectionVersion",
  "generation",
  "processing",
  "chainHead",
  "lastEntry",
];

/** About as many entries as fit a megabyte, which is as much as one query reads, and more than a batch has events. */
const maxUndos = 500;

/** What an entry keeps of the state before its event. */
const Undone = t.intersection([t.type({ version: Version }), t.partial({ undo: t.UnknownRecord })]);

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
    writeBatches(
      client,
      table,
      changes
        .filter(({ opening }) => !opening)
        .map((change) => ({ PutRequest: { Item: rows.entry(change) } })),
    ),

  undosFrom: (summary, first) =>
    summary.version - first >= maxUndos
      ? TE.right(O.none)
      : pipe(
          call(() =>
            client.send(
              new QueryCommand({
                TableName: table,
                KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues: {
                  ":pk": rows.partition(summary.streamId),
                  ":first": entryKey(summary, first),
                  ":last": entryKey(summary, summary.version),
                },
                ScanIndexForward: false,
                ConsistentRead: true,
              }),
            ),
          ),
          TE.map(({ Items = [] }) =>
            O.some(
              Items.filter(Undone.is).map(({ version, undo }) => ({ version, undo: undo ?? {} })),
            ),
          ),
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
    const Put = {
      TableName: table,
      Item: rows.summary(next),
      // As long as it is still the same row: none of it is known to have a certain form.
      ...isUnchanged(found.row, guarded),
    };
    return write(() =>
      client.send(new TransactWriteCommand({ TransactItems: [{ Put }, ...listed] })),
    );
  },
});
