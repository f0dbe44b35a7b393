import { SQSClient } from "@aws-sdk/client-sqs";
import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { DomainCommand, Values } from "../../cli/command";
import { verifyAll } from "../../cli/commands/verify";
import { openTables } from "../../cli/tables";
import { ledger } from "../../core/ledger";
import { sqsRebuildQueue } from "../../lambda/adapters/rebuild-queue";
import type { World } from "./world";

const silent = { advance: () => {}, end: () => {} };

/** The operator's command line, on a world's tables; and what somebody with write access to them can do. */
export function operatorOf(world: World) {
  const { region, endpoints, credentials, outputs } = world.stack.description;
  const tables = openTables(ledger, {
    eventTable: String(outputs.eventTableName),
    readModel: String(outputs.readModelTableName),
    client: { region, endpoint: endpoints.dynamodb, credentials },
    rebuildQueue: sqsRebuildQueue(
      new SQSClient({ region, endpoint: endpoints.sqs, credentials }),
      String(outputs.rebuildQueueUrl),
    ),
  });
  const context = {
    tables,
    json: true,
    startProgress: async () => silent,
    pause: async () => {},
  };
  return {
    ledger: tables,
    /** Runs a command, and answers with its exit code and what it printed. */
    async run(command: DomainCommand, values: Values = {}) {
      const printed: string[] = [];
      const code = await command(ledger).run(
        { ...context, write: async (text) => void printed.push(text) },
        values,
      );
      return { code, printed: JSON.parse(printed.join("")) as unknown };
    },
    verify: () => verifyAll(context),
    async eventsOf(accountId: string): Promise<Record<string, unknown>[]> {
      const { Items = [] } = await tables.documents.send(
        new QueryCommand({
          TableName: tables.eventTable,
          KeyConditionExpression: "streamId = :id",
          ExpressionAttributeValues: { ":id": accountId },
          ConsistentRead: true,
        }),
      );
      return Items;
    },
    async writeEvent(event: Record<string, unknown>): Promise<void> {
      await tables.documents.send(new PutCommand({ TableName: tables.eventTable, Item: event }));
    },
    close: () => tables.close(),
  };
}

export type Operator = ReturnType<typeof operatorOf>;
