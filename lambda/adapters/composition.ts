import { createHash } from "node:crypto";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Domain } from "../../core/projection/domain";
import type { Envelope, Timestamp } from "../../core/projection/envelope";
import { foldOf } from "../../core/projection/fold";
import type { ProjectionEnvironment } from "../../core/projection/ports";
import { dynamoEventStore } from "./event-store";
import { numbers } from "./marshalling";
import { appSyncPublisher } from "./publisher";
import { dynamoReadModel } from "./read-model";
import { rowsOf } from "./rows";
import { settingsFrom } from "./settings";
import { powertoolsTelemetry, publishFailed } from "./telemetry";

/** How long the publications of one invocation may take together: a fraction of the function's timeout. */
const publishBudgetMs = 15_000;

/** A client that reads and writes values as the core has them. */
export const documentClient = (config: DynamoDBClientConfig): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(config), {
    marshallOptions: { removeUndefinedValues: true },
    // A copy: the client writes to its options.
    unmarshallOptions: { ...numbers },
  });

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** JavaScript writes a moment as the codec reads it. */
export const now = (): Timestamp => new Date().toISOString() as Timestamp;

/** Joins a domain to the adapters, once for the function's life; answers with the environment of one invocation. */
export const compose = <Request extends Envelope, State, Movement>(
  domain: Domain<Request, State, Movement>,
  given: unknown,
): (() => ProjectionEnvironment<State>) => {
  const settings = settingsFrom(given);
  const documents = documentClient({
    // A call that hangs would use up the invocation: it fails, and is tried again with the batch.
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
    },
  });
  const lasting = {
    projectionVersion: domain.projectionVersion,
    fold: foldOf(domain, sha256),
    events: dynamoEventStore(documents, settings.eventTable),
    readModel: dynamoReadModel(documents, settings.readModel, rowsOf(domain)),
    telemetry: powertoolsTelemetry,
    now,
  };
  return () => ({
    ...lasting,
    publisher: appSyncPublisher(domain, {
      endpoint: settings.graphqlUrl,
      signer: documents.config,
      budget: AbortSignal.timeout(publishBudgetMs),
      failed: publishFailed,
    }),
  });
};
