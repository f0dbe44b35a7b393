import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asset } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Iam } from "../../src/iam/iam";
import {
  createFunction,
  type FunctionDefinition,
  type LambdaFunction,
} from "../../src/lambda/function";

const region = "eu-central-1";
const iam = new Iam({ region });
const roleArn = iam.createRole("function");
const lines: string[] = [];
const created: LambdaFunction[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "function-test-"));
});
afterAll(async () => {
  await Promise.all(created.map((each) => each.stop()));
  await rm(folder, { recursive: true });
});

/** Creates a function with this handler body; event and context are in scope. */
async function fn(
  name: string,
  body: string,
  more: Partial<FunctionDefinition> = {},
): Promise<LambdaFunction> {
  const source = `exports.handler = async (event, context) => { ${body} };`;
  const definition = {
    name,
    code: new asset.AssetArchive({ "__index.js": new asset.StringAsset(source) }),
    handler: "__index.handler",
    runtime: "nodejs24.x",
    roleArn,
    environment: {},
    timeoutSeconds: 10,
    memorySizeMb: 128,
    concurrency: 1,
    ...more,
  };
  const context = {
    region,
    iam,
    dynamodbEndpoint: "http://127.0.0.1:1",
    sqsEndpoint: "http://127.0.0.1:2",
    workDirectory: join(folder, "functions"),
    log: (line: string) => lines.push(line),
  };
  const made = await createFunction(definition, context);
  created.push(made);
  return made;
}

const errorOf = async (made: LambdaFunction, event: unknown = {}): Promise<unknown> => {
  const result = await made.invoke(event);
  return "error" in result ? result.error : undefined;
};

describe("a Lambda function", () => {
  it("is unpacked from files, texts, folders and nested archives", async () => {
    const file = join(folder, "number.js");
    await writeFile(file, "module.exports = 20;");
    const code = new asset.AssetArchive({
      "main/index.js": new asset.StringAsset(
        'exports.a = { handler: () => require("../lib/number") + require("./deep/x.js") + require("../lib/two") };',
      ),
      "lib/number.js": new asset.FileAsset(file),
      main: new asset.AssetArchive({ "deep/x.js": new asset.StringAsset("module.exports = 1;") }),
      "lib/two": new asset.FileArchive(await folderWith("index.js", "module.exports = 2;")),
    });
    const made = await fn("unpacked", "", { code, handler: "main/index.a.handler" });
    expect(await made.invoke({})).toMatchObject({ result: 23 });
  });

  it("receives event and context, and keeps its state between events", async () => {
    const made = await fn(
      "context",
      "global.count = (global.count ?? 0) + 1; return { event, count: global.count, " +
        "left: context.getRemainingTimeInMillis(), context };",
    );
    const event = { Records: ["ä", null, 1.5] };
    await made.invoke(event);
    const { requestId, ...outcome } = await made.invoke(event);
    expect(outcome).toMatchObject({
      result: {
        event,
        count: 2,
        context: {
          awsRequestId: requestId,
          functionName: "context",
          invokedFunctionArn: "arn:aws:lambda:eu-central-1:000000000000:function:context",
          memoryLimitInMB: "128",
        },
      },
    });
    const { left } = (outcome as { result: { left: number } }).result;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(10_000);
  });

  it("is told how much time is left of its timeout", async () => {
    const made = await fn(
      "remaining",
      "const left = [context.getRemainingTimeInMillis()]; " +
        "await new Promise((r) => setTimeout(r, 50)); " +
        "return [...left, context.getRemainingTimeInMillis()];",
      { timeoutSeconds: 5 },
    );
    const { result } = (await made.invoke({})) as unknown as { result: [number, number] };
    const [first, second] = result;
    expect(first).toBeGreaterThan(4_000);
    expect(first).toBeLessThanOrEqual(5_000);
    expect(second).toBeLessThanOrEqual(first - 40);
    expect(second).toBeGreaterThan(0);
  });

  it("has its own variables and Lambda's, and none of the parent process", async () => {
    process.env.SECRET_OF_THE_PARENT = "x";
    const made = await fn("environment", "return process.env;", { environment: { TABLE: "t" } });
    const outcome = await made.invoke({});
    const { result } = outcome as { result: Record<string, string> };
    expect(result).toMatchObject({
      TABLE: "t",
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: iam.assumeRole(roleArn).accessKeyId,
      AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1",
      AWS_ENDPOINT_URL_SQS: "http://127.0.0.1:2",
      AWS_LAMBDA_FUNCTION_NAME: "environment",
    });
    expect(Object.keys(result)).not.toContain("SECRET_OF_THE_PARENT");
    expect(Object.keys(result)).not.toContain("HOME");
  });

  it("reports what its handler throws, and keeps running", async () => {
    const made = await fn("thrower", 'if (event.bad) throw new TypeError("no"); return "fine";');
    expect(await errorOf(made, { bad: true })).toMatchObject({
      errorType: "TypeError",
      errorMessage: "no",
      trace: expect.arrayContaining([expect.stringContaining("__index.js")]),
    });
    expect(await made.invoke({})).toMatchObject({ result: "fine" });
  });

  it("is killed after its timeout and restarted", async () => {
    const made = await fn(
      "slow",
      "if (event.slow) await new Promise((r) => setTimeout(r, 60_000)); return process.pid;",
      { timeoutSeconds: 0.5 },
    );
    expect(await errorOf(made, { slow: true })).toMatchObject({
      errorMessage: expect.stringContaining("Task timed out after 0.50 seconds"),
    });
    expect(await made.invoke({})).toHaveProperty("result");
  });

  it("is restarted after a crash and after being killed", async () => {
    const made = await fn(
      "crasher",
      "if (event.exit) process.exit(3); " +
        "if (event.hang) await new Promise((r) => setTimeout(r, 60_000)); return process.pid;",
    );
    expect(await errorOf(made, { exit: true })).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("exit status 3"),
    });
    const first = await made.invoke({});
    const hanging = errorOf(made, { hang: true });
    await new Promise((resolve) => setImmediate(resolve));
    made.kill();
    expect(await hanging).toMatchObject({
      errorMessage: expect.stringContaining("signal: SIGKILL"),
    });
    const second = await made.invoke({});
    expect(second).toHaveProperty("result");
    expect(second).not.toHaveProperty("result", (first as { result: unknown }).result);
  });

  it.each([
    ["missing", { handler: "other.handler" }, "Cannot find module"],
    ["unexported", { handler: "__index.other" }, "undefined or not exported"],
    [
      "callback",
      {
        code: new asset.AssetArchive({
          "__index.js": new asset.StringAsset("exports.handler = (event, context, done) => {};"),
        }),
      },
      "callback-based",
    ],
  ])("reports for every event that its handler is %s", async (name, more, message) => {
    const made = await fn(name, "", more);
    for (const _ of [1, 2]) {
      expect(await errorOf(made)).toMatchObject({
        errorMessage: expect.stringContaining(message),
      });
    }
  });

  it.each([
    ["an ES module", { "main.mjs": "export const handler = async (event) => event.n + 1;" }],
    [
      "an ES module by its package.json, which awaits at its top level",
      {
        "package.json": '{"type": "module"}',
        "main.js": "const one = await 1; export const handler = async ({ n }) => n + one;",
      },
    ],
    ["a .cjs file", { "main.cjs": "exports.handler = async ({ n }) => n + 1;" }],
    [
      "answered by a callback, in a runtime that has them",
      { "main.js": "exports.handler = (event, context, done) => { done(null, event.n + 1); };" },
    ],
  ])("may have a handler that is %s", async (_, files) => {
    const texts = Object.entries(files).map(([name, text]) => [name, new asset.StringAsset(text)]);
    const code = new asset.AssetArchive(Object.fromEntries(texts));
    const made = await fn("other", "", { code, handler: "main.handler", runtime: "nodejs22.x" });
    expect(await made.invoke({ n: 1 })).toMatchObject({ result: 2 });
  });

  it("handles one event at a time per process, in as many processes as its concurrency allows", async () => {
    const body = "await new Promise((r) => setTimeout(r, 100)); return process.pid;";
    for (const concurrency of [1, 2]) {
      const made = await fn(`concurrent-${concurrency}`, body, { concurrency });
      const results = await Promise.all([1, 2, 3, 4].map((event) => made.invoke(event)));
      const pids = results.map((each) => (each as { result: number }).result);
      expect(new Set(pids).size).toBe(concurrency);
    }
  });

  it("has room for as many further events as its concurrency leaves, and for none while others wait", async () => {
    const made = await fn("roomy", "await new Promise((r) => setTimeout(r, 50));", {
      concurrency: 2,
    });
    const rooms = [made.room];
    const running = [1, 2, 3].map((event) => {
      const outcome = made.invoke(event);
      rooms.push(made.room);
      return outcome;
    });
    await Promise.all(running);
    expect([...rooms, made.room]).toEqual([2, 1, 0, 0, 2]);
  });

  it("writes its output to the log", async () => {
    const made = await fn("logger", 'console.log("one\\ntwo"); console.error("three");');
    await made.invoke({});
    await made.stop();
    expect(lines).toEqual(expect.arrayContaining(["one", "two", "three"]));
  });
});

async function folderWith(name: string, text: string): Promise<string> {
  const path = await mkdtemp(join(folder, "folder-"));
  await writeFile(join(path, name), text);
  return path;
}
