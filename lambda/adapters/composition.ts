import { createHash } from "node:crypto";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Domain } from "../../core/projection/domain";
import type { Envelope, Timestamp } from "../../core/projection/envelope";
import { foldOf } from "../../core/projection/fold";
import type { ProjectionEnvironment } from "../../core/projection/ports";
import { maxConcurrentStreams } from "../../core/projection/project-batch";
import { dynamoEventStore } from "./event-store";
import { keepingNames, numbers } from "./marshalling";
import { appSyncPublisher } from "./publisher";
import { dynamoReadModel, maxConcurrentPuts } from "./read-model";
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

/** A client that has a connection for every write that the projection has under way: none waits for a free one. */
export const projectionClient = (config: DynamoDBClientConfig = {}): DynamoDBDocumentClient =>
  documentClient({
    ...config,
    requestHandler: {
      // A call that hangs would use up the invocation: it fails, and is tried again with the batch.
      connectionTimeout: 1_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  });

/** The SDK counts the wait for a free connection as connecting. */
const maxSockets = maxConcurrentStreams * maxConcurrentPuts;

/** Joins a domain to the adapters, once for the function's life; answers with one invocation after the other. */
export const compose = <Request extends Envelope, State, Movement>(
  domain: Domain<Request, State, Movement>,
  given: unknown,
): (() => Invocation<State>) => {
  const settings = settingsFrom(given);
  const documents = projectionClient();
  const lasting = {
    projectionVersion: domain.projectionVersion,
    fold: foldOf(domain, sha256),
    events: dynamoEventStore(documents, settings.eventTable),
    readModel: dynamoReadModel(documents, settings.readModel, rowsOf(domain)),
    telemetry: powertoolsTelemetry,
    now,
  };
  return () => {
    const publisher = appSyncPublisher(domain, {
      endpoint: settings.graphqlUrl,
      signer: documents.config,
      failed: publishFailed,
    });
    return {
      environment: { ...lasting, publisher },
      finishPublishing: publisher.finish(finishPublishingMs),
    };
  };
};
