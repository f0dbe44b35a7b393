import { execFile } from "node:child_process";
import { relative } from "node:path";
import { promisify } from "node:util";
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import * as E from "fp-ts/Either";
import * as t from "io-ts";
import type { RunningStack } from "local-aws";
import { decodeWith } from "../core/projection/decoding";
import type { RebuildQueue } from "../core/projection/ports";
import { sqsRebuildQueue } from "../lambda/adapters/rebuild-queue";
import { CommandError } from "./errors";

const Outputs = t.type({
  region: t.string,
  eventTableName: t.string,
  readModelTableName: t.string,
  rebuildQueueUrl: t.string,
});

/** The names of a stack's tables, and how to reach them. */
export interface Connection {
  readonly eventTable: string;
  readonly readModel: string;
  readonly client: DynamoDBClientConfig;
  /** Where the rebuilder takes its work from. */
  readonly rebuildQueue: RebuildQueue;
}

const run = promisify(execFile);

const outputsFrom = (found: unknown, advice: string): t.TypeOf<typeof Outputs> => {
  const outputs = decodeWith(Outputs)(found);
  if (E.isLeft(outputs)) {
    throw new CommandError(
      `the stack's outputs are not those of this program: ${outputs.left}. ${advice}`,
    );
  }
  return outputs.right;
};

const connect = (
  { region, eventTableName, readModelTableName, rebuildQueueUrl }: t.TypeOf<typeof Outputs>,
  client: DynamoDBClientConfig,
  queueClient: SQSClientConfig,
): Connection => ({
  eventTable: eventTableName,
  readModel: readModelTableName,
  client: {
    region,
    // These commands have time to wait for a throttled table.
    maxAttempts: 10,
    // Writes queue for a connection when many streams are rebuilt at a time: nothing to warn of.
    requestHandler: { socketAcquisitionWarningTimeout: 600_000 },
    ...client,
  },
  rebuildQueue: sqsRebuildQueue(new SQSClient({ region, ...queueClient }), rebuildQueueUrl),
});

const failureOf = (error: unknown, stack: string): CommandError => {
  const { code, stderr } = error as { code?: unknown; stderr?: unknown };
  if (code === "ENOENT") {
    return new CommandError(
      "the Pulumi CLI, which reads the stack's outputs, is not installed: see https://www.pulumi.com/docs/install/",
    );
  }
  const reason = String(stderr ?? error)
    .split("\n")
    .find((line) => line.trim() !== "");
  return new CommandError(`stack ${stack}: ${reason?.replace(/^error: /, "") ?? "pulumi failed"}`);
};

/** A deployed stack of the program in a folder, reached as whoever AWS's default credential chain finds. */
export async function deployedStack(program: string, stack: string): Promise<Connection> {
  const args = ["stack", "output", "--json", "--non-interactive", "--color", "never"];
  const { stdout } = await run("pulumi", [...args, "--stack", stack], {
    cwd: program,
  }).catch((error: unknown) => {
    throw failureOf(error, stack);
  });
  return connect(
    outputsFrom(JSON.parse(stdout), `Deploy it: \`pulumi up --stack ${stack}\``),
    {},
    {},
  );
}

const startOf = (program: string): string => {
  const folder = relative(process.cwd(), program);
  return folder === "" ? "npm start" : `npm start -- --program ${folder}`;
};

/** The stack of the program in a folder that runs on this machine, reached as its administrator. */
export function localStack(program: string, running: RunningStack | undefined): Connection {
  const start = startOf(program);
  if (running === undefined) {
    throw new CommandError(`no local stack is running: run \`${start}\` first`);
  }
  const { endpoints, credentials } = running;
  return connect(
    outputsFrom(running.outputs, `Start it again: \`${start}\``),
    { endpoint: endpoints.dynamodb, credentials },
    { endpoint: endpoints.sqs, credentials },
  );
}
