import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { startSqs } from "local-aws";
import { vi } from "vitest";
import type { Settings } from "../../lambda/adapters/settings";
import type { StoredEvent } from "../core/ledger/requests";
import { type Api, projectorRole, startApi } from "./graphql-api";
import { eventTable, readModelTable, region, startTables, type Tables } from "./tables";

/** What surrounds a function: the tables, the API, the rebuild queue, and the environment in which it finds them. */
export interface Surroundings {
  readonly tables: Tables;
  readonly api: Api;
  readonly settings: Settings;
  /** Puts events into the event table. */
  record(events: readonly StoredEvent[]): Promise<void>;
  /** Takes the messages that wait in the rebuild queue. */
  takeRequests(): Promise<Message[]>;
  stop(): Promise<void>;
}

const most = 25;

export const startSurroundings = async (): Promise<Surroundings> => {
  const tables = await startTables();
  const { iam, endpoint, documents } = tables;
  const api = await startApi(iam);
  const sqs = await startSqs({ region, iam });
  const { url: rebuildQueueUrl } = sqs.createQueue("rebuilds.fifo", { fifoQueue: true });
  const queues = new SQSClient({ region, credentials: iam.administrator });
  const { credentials } = projectorRole(iam);
  vi.stubEnv("AWS_REGION", region);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", credentials.sessionToken);
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
  return {
    tables,
    api,
    settings: { eventTable, readModel: readModelTable, rebuildQueueUrl, graphqlUrl: api.url },
    record: async (events) => {
      for (let first = 0; first < events.length; first += most) {
        const puts = events.slice(first, first + most).map((Item) => ({ PutRequest: { Item } }));
        await documents.send(new BatchWriteCommand({ RequestItems: { [eventTable]: puts } }));
      }
    },
    takeRequests: async () => {
      const taken: Message[] = [];
      for (;;) {
        const { Messages = [] } = await queues.send(
          new ReceiveMessageCommand({
            QueueUrl: rebuildQueueUrl,
            MaxNumberOfMessages: 10,
            MessageSystemAttributeNames: ["All"],
          }),
        );
        if (Messages.length === 0) return taken;
        for (const { ReceiptHandle } of Messages) {
          await queues.send(new DeleteMessageCommand({ QueueUrl: rebuildQueueUrl, ReceiptHandle }));
        }
        taken.push(...Messages);
      }
    },
    stop: async () => {
      vi.unstubAllEnvs();
      queues.destroy();
      await sqs.stop();
      await api.stop();
      await tables.stop();
    },
  };
};

/** The context of an invocation that has so much time left. */
export const withTime = (milliseconds: number) => ({
  getRemainingTimeInMillis: () => milliseconds,
});
