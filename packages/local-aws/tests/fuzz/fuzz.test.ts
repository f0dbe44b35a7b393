/**
 * Whoever reaches the local cloud, it survives. `FUZZ_RUNS=2000 npx vitest run <this file>` tries more; a failure names
 * the seed that repeats it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import WebSocket from "ws";
import { base64url, signedHeaders } from "../appsync/harness";
import { exchange, statusOf } from "../raw-http";
import { signedCall } from "../signed-call";
import { dynamodbCall, publicCall, realtimeMessage, type ServiceCall, sqsCall } from "./inputs";
import { type RawRequest, rawRequest } from "./raw-requests";
import { type SmallCloud, startSmallCloud } from "./small-cloud";

const numRuns = Number(process.env.FUZZ_RUNS ?? 25);
const timeoutMs = 60_000 + numRuns * 1_000;
/** A client that still waits after this time has sent a part of a request. */
const patienceMs = 50;

const uncaught: unknown[] = [];
const record = (error: unknown): void => void uncaught.push(error);
let small: SmallCloud;

beforeAll(async () => {
  process.on("uncaughtException", record);
  process.on("unhandledRejection", record);
  small = await startSmallCloud();
});
afterAll(async () => {
  await small.stop();
  process.off("uncaughtException", record);
  process.off("unhandledRejection", record);
});

async function survives(): Promise<void> {
  await small.answers();
  expect(uncaught.splice(0)).toEqual([]);
}

/** Sends a request, and returns what the server sends until the connection ends. */
async function send({ engine, text, ending }: RawRequest): Promise<string> {
  const { port } = new URL(small.endpoints[engine]);
  const { socket, answer } = exchange(Number(port), Buffer.from(text, "latin1"));
  const gone = new Promise((resolve) => socket.once("close", resolve));
  if (ending === "wait") {
    await Promise.race([answer, sleep(patienceMs)]);
  }
  if (ending === "reset") {
    socket.resetAndDestroy();
  } else if (ending === "close") {
    socket.destroy();
  } else {
    socket.end();
    // Nobody keeps the connection of a client that has closed its side.
    await Promise.race([answer, gone]);
    socket.destroy();
  }
  await gone;
  return answer;
}

it(
  "requests of any form are answered or end, and every engine goes on",
  async () => {
    const { poolId, cloud } = small;
    const request = rawRequest({ accessKeyId: cloud.iam.administrator.accessKeyId, poolId });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 20, maxLength: 40 }), async (requests) => {
        const answers = await Promise.all(requests.map(send));
        for (const answer of answers.filter((text) => text !== "")) {
          expect(answer).not.toContain("InternalFailure");
          expect(statusOf(answer)).toBeLessThan(500);
        }
        await survives();
      }),
      { numRuns },
    );
  },
  timeoutMs,
);

it(
  "messages of any form on a realtime connection have an answer, and it goes on",
  async () => {
    const sign = (path: string, body: string) =>
      signedHeaders(`${small.graphqlUrl}${path}`, body, small.cloud.iam.administrator);
    const header = base64url(await sign("/connect", "{}"));
    await fc.assert(
      fc.asyncProperty(fc.array(realtimeMessage, { maxLength: 20 }), async (messages) => {
        const socket = new WebSocket(small.realtimeUrl, ["graphql-ws", `header-${header}`]);
        const texts = await Promise.all(messages.map((message) => signed(message, sign)));
        await new Promise((resolve) => socket.once("open", resolve));
        const answers: string[] = [];
        const ended = new Promise<void>((resolve) => {
          socket.once("close", resolve).on("message", (text) => {
            answers.push(String(text));
            if (answers.at(-1) === '{"type":"complete","id":"the last one"}') {
              resolve();
            }
          });
        });
        for (const text of [...texts, '{"type":"stop","id":"the last one"}']) {
          socket.send(text);
        }
        await ended;
        socket.terminate();
        expect(answers.join()).toContain("the last one");
        expect(answers.join()).not.toContain("InternalFailure");
        await survives();
      }),
      { numRuns },
    );
  },
  timeoutMs,
);

it(
  "calls with inputs of any form have an answer of the service's, and it goes on",
  async () => {
    const { cloud, queueUrl, clientId, endpoints } = small;
    const [, cognito, dynamodb, sqs] = endpoints;
    const credentials = cloud.iam.administrator;
    const calls = fc.record({
      cognito: fc.array(publicCall(clientId), { maxLength: 8 }),
      dynamodb: fc.array(dynamodbCall, { maxLength: 4 }),
      sqs: fc.array(sqsCall(queueUrl), { maxLength: 8 }),
    });
    const signedBy = (endpoint: string, { input, ...call }: ServiceCall) =>
      signedCall({ ...call, endpoint, body: JSON.stringify(input), credentials });
    await fc.assert(
      fc.asyncProperty(calls, async (given) => {
        const answers = await Promise.all([
          ...given.cognito.map((call) => unsignedCall(cognito, call)),
          ...given.dynamodb.map((call) => signedBy(dynamodb, call)),
          ...given.sqs.map((call) => signedBy(sqs, call)),
        ]);
        // DynamoDB Local fails at wrong types, for which DynamoDB itself has an error.
        const engineFailure = "com.amazonaws.dynamodb.v20120810#InternalFailure";
        const failed = answers.filter(({ status }) => status >= 500);
        expect(failed.filter(({ output }) => output.__type !== engineFailure)).toEqual([]);
        const refused = answers.filter(({ status }) => status !== 200);
        expect(refused.filter(({ output }) => typeof output.__type !== "string")).toEqual([]);
        await survives();
      }),
      { numRuns },
    );
  },
  timeoutMs,
);

/** The message as a text, with its signature if there is to be one. */
async function signed(
  message: unknown,
  sign: (path: string, body: string) => Promise<Record<string, string>>,
): Promise<string> {
  const { payload } = (message ?? {}) as { payload?: { data?: unknown; extensions?: unknown } };
  const wanted = JSON.stringify(payload?.extensions) === '{"authorization":"sign"}';
  if (!wanted || typeof payload?.data !== "string") {
    return JSON.stringify(message);
  }
  const extensions = { authorization: await sign("", payload.data) };
  return JSON.stringify({ ...(message as object), payload: { ...payload, extensions } });
}

async function unsignedCall(endpoint: string, { target, input }: ServiceCall) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "x-amz-target": target },
    body: JSON.stringify(input),
  });
  return { status: response.status, output: (await response.json()) as Record<string, unknown> };
}
