import { createHash } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { DynamoDBBatchResponse } from "aws-lambda";
import { projectBatch } from "../core/project-batch";
import { currentProjection } from "../core/projection";
import { dynamoEventStore } from "./event-store";
import { numbers } from "./marshalling";
import { appSyncNotifier } from "./notifier";
import { dynamoReadModel } from "./read-model";
import { settingsFrom } from "./settings";
import { deliveriesFrom } from "./stream-records";
import { flushTelemetry, powertoolsTelemetry } from "./telemetry";

/** How long one invocation may spend on notifications, in milliseconds: a fraction of the function's timeout. */
const notificationBudget = 15_000;

/** Puts the projector together: the use case of the core over the adapters beside this file. */
export const createHandler = (given: unknown) => {
  const settings = settingsFrom(given);
  const dynamo = new DynamoDBClient({
    // A call that hangs would use up the invocation: it fails, and is tried again with the batch.
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
    },
  });
  const documents = DynamoDBDocumentClient.from(dynamo, {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions: numbers,
  });
  const ports = {
    projection: currentProjection,
    events: dynamoEventStore(documents, settings.eventTable),
    readModel: dynamoReadModel(documents, settings.readModel),
    telemetry: powertoolsTelemetry,
    digest: (text: string) => createHash("sha256").update(text).digest("hex"),
    now: () => new Date().toISOString(),
  };
  return async (event: unknown): Promise<DynamoDBBatchResponse> => {
    const notifier = appSyncNotifier(
      dynamo.config,
      settings.graphqlUrl,
      AbortSignal.timeout(notificationBudget),
    );
    const failed = await projectBatch(deliveriesFrom(event))({ ...ports, notifier })();
    flushTelemetry();
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
};
