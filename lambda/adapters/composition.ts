import { createHash } from "node:crypto";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Domain } from "../../core/projection/domain";
import type { Envelope, Timestamp } from "../../core/projection/envelope";
import { foldOf } from "../../core/projection/fold";
import type { ProjectionEnvironment } from "../../core/projection/ports";
import { maxConcurrentStreams } from "../../core/projection/project-batch";
import { rewindOf } from "../../core/projection/rewind";
import { maxConcurrentBatches } from "./batches";
import { dynamoEventStore } from "./event-store";
import { keepingNames, numbers } from "./marshalling";
import { appSyncPublisher } from "./publisher";
import { dynamoReadModel } from "./read-model";
import { sqsRebuildQueue } from "./rebuild-queue";
import { dynamoRebuildStore } from "./rebuild-store";
import { rowsOf } from "./rows";
import { settingsFrom } from "./settings";
import { powertoolsTelemetry, publishFailed } from "./telemetry";

/** A client that reads and writes values as the core has them. */
export const documentClient = (config: DynamoDBClientConfig): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(keepingNames(new DynamoDBClient(config)), {
    marshallOptions: { removeUndefinedValues: true },
    // A copy: the client writes to its options.
    unmarshallOptions: { ...numbers },
  });

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The present time, which JavaScript writes in the codec's form. */
export const now = (): Timestamp => new Date().toISOString() as Timestamp;

/** One invocation of a function. */
export interface Invocation<State> {
  readonly environment: ProjectionEnvironment<State>;
  /** Waits for the publications that are still under way. The ledger's own work has to be done. */
  readonly finishPublishing: () => Promise<void>;
}

/** How long publications may go on after the ledger's own work is done. */
const finishPublishingMs = 15_000;

/** What a function may still do, as Lambda tells it. */
export interface Deadline {
  readonly getRemainingTimeInMillis: () => number;
}

/**
 * What a page of events takes at the most, with what ends an invocation after it: another page is begun only if there is
 * as much time left.
 */
const pageMs = 5_000;

/** A call that hangs would use up the invocation: it fails, and is tried again. */
const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/** A client that has a connection for every write that the projection has under way: none waits for a free one. */
export const projectionClient = (config: DynamoDBClientConfig = {}): DynamoDBDocumentClient =>
  documentClient({
    ...config,
    requestHandler: {
      ...timeouts,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  });

/** The SDK counts the wait for a free connection as connecting. */
const maxSockets = maxConcurrentStreams * maxConcurrentBatches;

/** Joins a domain to the adapters, once for the function's life; answers with one invocation after the other. */
export const compose = <Request extends Envelope, State, Movement>(
  domain: Domain<Request, State, Movement>,
  given: unknown,
): ((deadline: Deadline) => Invocation<State>) => {
  const settings = settingsFrom(given);
  const documents = projectionClient();
  const rows = rowsOf(domain);
  const lasting = {
    projectionVersion: domain.projectionVersion,
    fold: foldOf(domain, sha256),
    rewind: rewindOf(domain),
    events: dynamoEventStore(documents, settings.eventTable),
    readModel: dynamoReadModel(documents, settings.readModel, rows),
    rebuilds: dynamoRebuildStore(documents, settings.readModel, rows),
    rebuildQueue: sqsRebuildQueue(
      new SQSClient({ requestHandler: timeouts }),
      settings.rebuildQueueUrl,
    ),
    telemetry: powertoolsTelemetry,
    now,
  };
  return (deadline) => {
    const publisher = appSyncPublisher(domain, {
      endpoint: settings.graphqlUrl,
      signer: documents.config,
      failed: publishFailed,
    });
    return {
      environment: {
        ...lasting,
        publisher,
        hasTime: () => deadline.getRemainingTimeInMillis() > finishPublishingMs + pageMs,
      },
      finishPublishing: publisher.finish(finishPublishingMs),
    };
  };
};
