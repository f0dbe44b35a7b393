import { createHash } from "node:crypto";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { currentProjectionVersion } from "../../core/projection/fold";
import type { ProjectionPorts } from "../../core/projection/ports";
import { dynamoEventStore } from "./event-store";
import { numbers } from "./marshalling";
import { appSyncPublisher } from "./publisher";
import { dynamoReadModel } from "./read-model";
import { settingsFrom } from "./settings";
import { powertoolsTelemetry } from "./telemetry";

/** How long one invocation may spend on notifications, in milliseconds: a fraction of the function's timeout. */
const publishBudgetMs = 15_000;

/** A client that reads and writes values as the core has them. */
export const documentClient = (config: DynamoDBClientConfig): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(config), {
    marshallOptions: { removeUndefinedValues: true },
    // A copy: the client writes to its options.
    unmarshallOptions: { ...numbers },
  });

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export const now = (): string => new Date().toISOString();

/** Puts the adapters together, once for the function's life; answers with the ports of one invocation. */
export const compose = (given: unknown): (() => ProjectionPorts) => {
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
    projection: currentProjectionVersion,
    events: dynamoEventStore(documents, settings.eventTable),
    readModel: dynamoReadModel(documents, settings.readModel),
    telemetry: powertoolsTelemetry,
    digest: sha256,
    now,
  };
  return () => ({
    ...lasting,
    publisher: appSyncPublisher(
      documents.config,
      settings.graphqlUrl,
      AbortSignal.timeout(publishBudgetMs),
    ),
  });
};
