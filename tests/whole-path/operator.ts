import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Command, Values } from "../../cli/command";
import { verifyAll } from "../../cli/commands/verify";
import { type Ledger, openLedger } from "../../cli/ledger-tables";
import type { World } from "./world";

const silent = { advance: () => {}, end: () => {} };

/** The operator's command line, on a world's tables; and what somebody with write access to them can do. */
export function operatorOf(world: World) {
  const { region, endpoints, credentials, outputs } = world.stack.description;
  const ledger: Ledger = openLedger({
    eventTable: String(outputs.eventTableName),
    readModel: String(outputs.readModelTableName),
    client: { region, endpoint: endpoints.dynamodb, credentials },
  });
  const context = {
    ledger,
    json: true,
    startProgress: async () => silent,
    pause: async () => {},
  };
  return {
    ledger,
    /** Runs a command, and answers with its exit code and what it printed. */
    async run(command: Command, values: Values = {}) {
      const printed: string[] = [];
      const code = await command.run(
        { ...context, write: async (text) => void printed.push(text) },
        values,
      );
      return { code, printed: JSON.parse(printed.join("")) as unknown };
    },
    verify: () => verifyAll(context),
    async eventsOf(accountId: string): Promise<Record<string, unknown>[]> {
      const { Items = [] } = await ledger.documents.send(
        new QueryCommand({
          TableName: ledger.eventTable,
          KeyConditionExpression: "streamId = :id",
          ExpressionAttributeValues: { ":id": accountId },
          ConsistentRead: true,
        }),
      );
      return Items;
    },
    async writeEvent(event: Record<string, unknown>): Promise<void> {
      await ledger.documents.send(new PutCommand({ TableName: ledger.eventTable, Item: event }));
    },
    close: () => ledger.close(),
  };
}

export type Operator = ReturnType<typeof operatorOf>;
