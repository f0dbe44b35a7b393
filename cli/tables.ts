import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import type { Domain } from "../core/projection/domain";
import type { Envelope } from "../core/projection/envelope";
import { foldOf } from "../core/projection/fold";
import { noVersion, type StreamId } from "../core/projection/identifiers";
import type { EventStore, ProjectionEnvironment, Unavailable } from "../core/projection/ports";
import { rewindOf } from "../core/projection/rewind";
import type { VerificationEnvironment } from "../core/verification/environment";
import type { Verification } from "../core/verification/verification";
import { verifyStream } from "../core/verification/verify-stream";
import { documentClient, now, sha256 } from "../lambda/adapters/composition";
import { dynamoEventStore } from "../lambda/adapters/event-store";
import { dynamoReadModel } from "../lambda/adapters/read-model";
import { dynamoRebuildStore } from "../lambda/adapters/rebuild-store";
import { rowsOf } from "../lambda/adapters/rows";
import type { Connection } from "./connection";
import { CommandError } from "./errors";
import { dynamoStoredRows, expectedRowsOf, storedEntries } from "./stored-rows";

/** The two tables of a stack. */
export interface Tables {
  /** The domain's name, which the keys of the read model begin with. */
  readonly name: string;
  readonly documents: DynamoDBDocumentClient;
  readonly eventTable: string;
  readonly readModel: string;
}

/** The tables, opened for the core's use cases. */
export interface OpenTables<State> extends Tables {
  readonly environment: ProjectionEnvironment<State> & VerificationEnvironment<State>;
  readonly entries: ReturnType<typeof storedEntries<State>>;
  close(): void;
}

const quiet = () => () => undefined;

/**
 * Opens the tables of a domain's stack. This environment publishes nothing to subscribers: only the projector and the
 * resumer may publish.
 */
export function openTables<Request extends Envelope, State, Movement>(
  domain: Domain<Request, State, Movement>,
  { eventTable, readModel, client, rebuildQueue }: Connection,
): OpenTables<State> {
  const documents = documentClient(client);
  const rows = rowsOf(domain);
  return {
    name: domain.name,
    documents,
    eventTable,
    readModel,
    environment: {
      projectionVersion: domain.projectionVersion,
      fold: foldOf(domain, sha256),
      rewind: rewindOf(domain),
      events: dynamoEventStore(documents, eventTable),
      readModel: dynamoReadModel(documents, readModel, rows),
      rebuilds: dynamoRebuildStore(documents, readModel, rows),
      rebuildQueue,
      storedRows: dynamoStoredRows(documents, readModel, rows),
      expectedRows: expectedRowsOf(rows),
      publisher: { publish: () => T.of(undefined) },
      telemetry: {
        folded: quiet,
        suspended: quiet,
        summaryUnreadable: quiet,
        streamFailed: quiet,
        streamOfLaterRelease: quiet,
        rebuildBegun: quiet,
        rebuilt: quiet,
      },
      now,
      hasTime: () => true,
    },
    entries: storedEntries(documents, readModel, rows),
    close: () => documents.destroy(),
  };
}

/** Runs a read of the tables. Throws the cause of a failure. */
export async function answerOf<A>(read: TE.TaskEither<Unavailable, A>): Promise<A> {
  const answer = await read();
  if (E.isLeft(answer)) throw answer.left.cause;
  return answer.right;
}

/** Is told the number of events whenever some have been read. */
export type Read = (events: number) => void;

const countedEvents = ({ readAfter }: EventStore, read: Read): EventStore => ({
  readAfter: (streamId, after) =>
    pipe(
      readAfter(streamId, after),
      TE.tapIO((page) => () => read(page.length)),
    ),
});

/** The environment of the core's use cases, which tells how many events they read. */
export const counting = <State>(
  { environment }: OpenTables<State>,
  read: Read,
): OpenTables<State>["environment"] => ({
  ...environment,
  events: countedEvents(environment.events, read),
});

/** One look at a stream. */
export function verifyOnce<State>(
  tables: OpenTables<State>,
  streamId: StreamId,
  read: Read = () => {},
): Promise<Verification> {
  return answerOf(verifyStream<State>(streamId)(counting(tables, read)));
}

/** Throws where neither table has the stream. */
export async function requireStream<State>(
  { name, environment: { storedRows, events } }: OpenTables<State>,
  streamId: StreamId,
): Promise<void> {
  if (O.isSome(await answerOf(storedRows.summary(streamId)))) return;
  const page = await answerOf(events.readAfter(streamId, noVersion));
  if (page.length === 0) throw new CommandError(`there is no ${name} ${streamId}`);
}

/** About how many events there are: DynamoDB counts them every six hours or so. */
export async function eventCount({ documents, eventTable }: Tables): Promise<number> {
  const { Table } = await documents.send(new DescribeTableCommand({ TableName: eventTable }));
  return Table?.ItemCount ?? 0;
}
