import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import { currentProjectionVersion } from "../core/projection/fold";
import type { ProjectionPorts, Unavailable } from "../core/projection/ports";
import type { Verification } from "../core/verification/verification";
import { type VerificationPorts, verifyStream } from "../core/verification/verify-stream";
import { documentClient, now, sha256 } from "../lambda/adapters/composition";
import { dynamoEventStore } from "../lambda/adapters/event-store";
import { dynamoReadModel } from "../lambda/adapters/read-model";
import type { Connection } from "./connection";
import { CommandError } from "./errors";
import { dynamoStoredRows, expectedRows } from "./stored-rows";
import type { Tables } from "./streams";

/** A stack's ledger, open to the core's use cases. */
export interface Ledger extends Tables {
  readonly ports: ProjectionPorts & VerificationPorts;
  close(): void;
}

const quiet = () => () => undefined;

/** Opens the tables. What is folded through these ports is not published to subscribers: publishing is the projector's right. */
export function openLedger({ eventTable, readModel, client }: Connection): Ledger {
  const documents = documentClient(client);
  return {
    documents,
    eventTable,
    readModel,
    ports: {
      projection: currentProjectionVersion,
      events: dynamoEventStore(documents, eventTable),
      readModel: dynamoReadModel(documents, readModel),
      stored: dynamoStoredRows(documents, readModel),
      expectedRows,
      digest: sha256,
      now,
      publisher: { publish: () => TE.right(undefined) },
      telemetry: {
        folded: quiet,
        suspended: quiet,
        publishFailed: quiet,
        streamFailed: quiet,
      },
    },
    close: () => documents.destroy(),
  };
}

/** What a question to the tables was answered with; throws what kept them from answering. */
export async function answerTo<A>(question: TE.TaskEither<Unavailable, A>): Promise<A> {
  const answer = await question();
  if (E.isLeft(answer)) throw answer.left.cause;
  return answer.right;
}

/** One look at a stream; tells `read` of the events as they are read. */
export function lookAt(
  { ports }: Ledger,
  streamId: string,
  read: (events: number) => void = () => {},
): Promise<Verification> {
  const events: VerificationPorts["events"] = {
    readAfter: (id, version) =>
      TE.map((page: ReadonlyArray<unknown>) => {
        read(page.length);
        return page;
      })(ports.events.readAfter(id, version)),
  };
  return answerTo(verifyStream(streamId)({ ...ports, events }));
}

/** Throws where neither table knows the account. */
export async function checkAccount({ ports }: Ledger, accountId: string): Promise<void> {
  const summary = await answerTo(ports.stored.summary(accountId));
  if (O.isSome(summary)) return;
  const events = await answerTo(ports.events.readAfter(accountId, 0));
  if (events.length === 0) throw new CommandError(`there is no account ${accountId}`);
}

/** About how many events there are: DynamoDB counts them every six hours or so. */
export async function eventCount({ documents, eventTable }: Tables): Promise<number> {
  const { Table } = await documents.send(new DescribeTableCommand({ TableName: eventTable }));
  return Table?.ItemCount ?? 0;
}
