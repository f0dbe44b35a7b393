import { DeleteTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { type Dynamodb, type DynamodbOptions, openGateway } from "./dynamodb";
import { type DynamodbProcess, startProcess } from "./process";

/** Engines without tables, which nobody uses now. */
const free: DynamodbProcess[] = [];

/**
 * As startDynamodb in memory, but on an engine that goes to the next user of this process when it stops, without the
 * tables. An engine takes as long to start and to warm up as many tests take together. It ends with this process.
 */
export async function shareDynamodb(
  options: Omit<DynamodbOptions, "dataDirectory">,
): Promise<Dynamodb> {
  const engine = free.pop() ?? (await startProcess({ log: options.log }));
  return openGateway(options, engine, async () => {
    await deleteTables(engine);
    free.push(engine);
  });
}

async function deleteTables(engine: DynamodbProcess): Promise<void> {
  const client = new DynamoDBClient({
    region: "local",
    endpoint: `http://127.0.0.1:${engine.port}`,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  client.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers.host = engine.host;
      return next(args);
    },
    { step: "build" },
  );
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const TableName of TableNames) {
    await client.send(new DeleteTableCommand({ TableName }));
  }
  client.destroy();
}
