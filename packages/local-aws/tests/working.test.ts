import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

// What a stack offers to whoever works on its program, on one stack that is started once.

const program = `
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const read = (name: string): string => readFileSync(join(__dirname, name), "utf8");
const table = new aws.dynamodb.Table("notes", {
  attributes: [{ name: "id", type: "S" }],
  hashKey: "id",
  billingMode: "PAY_PER_REQUEST",
});
const role = new aws.iam.Role("role", {
  assumeRolePolicy: {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: ["appsync.amazonaws.com", "lambda.amazonaws.com"] },
      },
    ],
  },
});
new aws.iam.RolePolicy("policy", {
  role: role.name,
  policy: {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["dynamodb:*", "lambda:*"], Resource: "*" }],
  },
});
const greeter = new aws.lambda.Function("greeter", {
  code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(read("greeter.js")) }),
  handler: "index.handler",
  runtime: "nodejs24.x",
  role: role.arn,
});
const api = new aws.appsync.GraphQLApi("api", { authenticationType: "API_KEY", schema: read("schema.graphql") });
const key = new aws.appsync.ApiKey("key", { apiId: api.id });
const notes = new aws.appsync.DataSource("notes", {
  apiId: api.id,
  type: "AMAZON_DYNAMODB",
  dynamodbConfig: { tableName: table.name },
  serviceRoleArn: role.arn,
});
const greetings = new aws.appsync.DataSource(
  "greetings",
  { apiId: api.id, type: "AWS_LAMBDA", lambdaConfig: { functionArn: greeter.arn }, serviceRoleArn: role.arn },
  { dependsOn: notes },
);
const greet = new aws.appsync.Function("greet", {
  apiId: api.id,
  name: "greet",
  dataSource: greetings.name,
  requestMappingTemplate: read("greeting.request.vtl"),
  responseMappingTemplate: read("greeting.response.vtl"),
});
const resolver = (type: string, field: string, source: aws.appsync.DataSource): void => {
  new aws.appsync.Resolver(type + field, {
    apiId: api.id,
    type,
    field,
    dataSource: source.name,
    requestTemplate: read(field + ".request.vtl"),
    responseTemplate: read(field + ".response.vtl"),
  }, { dependsOn: greet });
};
resolver("Mutation", "write", notes);
resolver("Query", "note", notes);
new aws.appsync.Resolver("Querygreeting", {
  apiId: api.id,
  type: "Query",
  field: "greeting",
  kind: "PIPELINE",
  pipelineConfig: { functions: [greet.functionId] },
  requestTemplate: "{}",
  responseTemplate: "$util.toJson($ctx.result)",
});
export const url = api.uris.apply((uris) => uris.GRAPHQL);
export const apiKey = key.key;
`;

const files: Readonly<Record<string, string>> = {
  "Pulumi.yaml": "name: working\nruntime: nodejs\n",
  "Pulumi.dev.yaml": "config:\n  aws:region: eu-central-1\n",
  "index.ts": program,
  "schema.graphql": `
    schema { query: Query mutation: Mutation }
    type Query { note(id: ID!): String greeting: String }
    type Mutation { write(id: ID!, text: String!): String }`,
  "write.request.vtl": `{
    "version": "2018-05-29", "operation": "PutItem",
    "key": { "id": $util.dynamodb.toDynamoDBJson($ctx.args.id) },
    "attributeValues": { "text": $util.dynamodb.toDynamoDBJson($ctx.args.text) } }`,
  "write.response.vtl": "$util.toJson($ctx.result.text)",
  "note.request.vtl": `{
    "version": "2018-05-29", "operation": "GetItem",
    "key": { "id": $util.dynamodb.toDynamoDBJson($ctx.args.id) } }`,
  "note.response.vtl": "$util.toJson($ctx.result.text)",
  "greeting.request.vtl": '{ "version": "2018-05-29", "operation": "Invoke", "payload": {} }',
  "greeting.response.vtl": "$util.toJson($ctx.result)",
  "greeter.js": 'exports.handler = async () => { console.log("greets"); return "hello"; };',
};

const command = resolve(__dirname, "../bin/local-aws.cjs");

let folder: string;
let stack: ChildProcess;
let output = "";

const change = (name: string, text: string): void => writeFileSync(join(folder, name), text);

/** Waits for what the stack prints; what it has printed instead is in the error. */
async function printed(pattern: RegExp): Promise<RegExpExecArray> {
  for (const started = Date.now(); Date.now() - started < 60_000; ) {
    const found = pattern.exec(output);
    if (found !== null) {
      return found;
    }
    if (stack.exitCode !== null) {
      throw new Error(`the stack has ended:\n${output}`);
    }
    await new Promise((soon) => setTimeout(soon, 20));
  }
  throw new Error(`nothing printed matches ${pattern}:\n${output}`);
}

async function ask(query: string): Promise<unknown> {
  const [, url = ""] = await printed(/^ {2}url +(\S+)$/m);
  const [, key = ""] = await printed(/^ {2}apiKey +(\S+)$/m);
  const response = await fetch(url, {
    method: "POST",
    headers: { "x-api-key": key },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { readonly data: unknown }).data;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "working-"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  for (const [name, text] of Object.entries(files)) {
    change(name, text);
  }
  const args = ["start", "--program", folder, "--port", "0", "--watch", "--trace", "--inspect"];
  stack = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [stack.stdout, stack.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  await printed(/Ctrl-C stops it/);
});

afterAll(async () => {
  stack.kill("SIGINT");
  await new Promise((resolve) => stack.once("close", resolve));
  rmSync(folder, { recursive: true });
});

it("--trace shows a request's templates as rendered, its calls with their units, and its answer, in order", async () => {
  expect(await ask('mutation { write(id: "a", text: "kept") }')).toEqual({ write: "kept" });
  const [shown] = await printed(/mutation .*\n(.*\n)*?.*answers .*\n/);
  const lines = shown.split("\n").map((line) => line.trim());
  const places = [
    /Mutation\.write: request template.*PutItem/,
    /PutItem on notes by role: 1 units/,
    /Mutation\.write: response template.*"kept"/,
    /answers/,
  ].map((pattern) => lines.findIndex((line) => pattern.test(line)));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
});

it("--trace shows what a function logs, and --inspect where a debugger finds it", async () => {
  expect(await ask("{ greeting }")).toEqual({ greeting: "hello" });
  await printed(/\[greeter\] .*greets/);
  await printed(/\[greeter\] a debugger finds it at 127\.0\.0\.1:(\d+)/);
  await printed(/\[greeter\] Debugger listening on ws:\/\/127\.0\.0\.1:\d+/);
});

it("--watch applies a changed template, and keeps the data", async () => {
  change("note.response.vtl", '$util.toJson("$ctx.result.text, as before")');
  await printed(/^note\.response\.vtl: Querynote changed \(/m);
  expect(await ask('{ note(id: "a") }')).toEqual({ note: "kept, as before" });
});

it("--watch applies a changed function", async () => {
  change("greeter.js", 'exports.handler = async () => "good morning";');
  await printed(/: greeter changed/);
  expect(await ask("{ greeting }")).toEqual({ greeting: "good morning" });
});

it("--watch applies a changed schema together with its program", async () => {
  change(
    "schema.graphql",
    files["schema.graphql"]?.replace("greeting: String", "greeting: String hello: String") ?? "",
  );
  await printed(/: api changed/);
  change("hello.request.vtl", files["greeting.request.vtl"] ?? "");
  change("hello.response.vtl", '"hello"');
  change(
    "index.ts",
    program.replace(
      'resolver("Query", "note", notes);',
      'resolver("Query", "note", notes);\nresolver("Query", "hello", greetings);',
    ),
  );
  await printed(/: Queryhello made/);
  expect(await ask("{ hello }")).toEqual({ hello: "hello" });
});

it("--watch says what is wrong in a line, and the API stays as it was", async () => {
  change("note.response.vtl", "#if(");
  await printed(/: not applied: .*Query\.note: response template/);
  expect(await ask('{ note(id: "a") }')).toEqual({ note: "kept, as before" });
  change("note.response.vtl", "$util.toJson($ctx.result.text)");
  await printed(/: Querynote changed[\s\S]*: Querynote changed/);
  expect(await ask('{ note(id: "a") }')).toEqual({ note: "kept" });
});

it("--watch leaves a change alone that would lose data, and says so", async () => {
  change("index.ts", program.replace('[{ name: "id", type: "S" }]', '[{ name: "id", type: "N" }]'));
  await printed(
    /: not applied: notes has changed, and a aws:dynamodb\/table:Table changes only at the next start/,
  );
});

it("the API serves a front end's configuration", async () => {
  const [, url = ""] = await printed(/^ {2}url +(\S+)$/m);
  const answer = await fetch(new URL("/config.json", url));
  const [, apiKey] = await printed(/^ {2}apiKey +(\S+)$/m);
  expect(await answer.json()).toEqual({
    API: { GraphQL: { endpoint: url, region: "eu-central-1", defaultAuthMode: "apiKey", apiKey } },
  });
});

it("--print prints the running stack's outputs and endpoints for a shell", async () => {
  const [, url = ""] = await printed(/^ {2}url +(\S+)$/m);
  const [, dynamodb = ""] = await printed(/DynamoDB at (http\S+?),/);
  expect(await print("env")).toContain(`export URL='${url}'`);
  expect(await print("aws")).toContain(`export AWS_ENDPOINT_URL_DYNAMODB='${dynamodb}'`);
  await expect(print("xml")).rejects.toThrow("--print: expected amplify, env or aws, found xml");
});

async function print(what: string): Promise<string> {
  const args = [command, "start", "--program", folder, "--print", what];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}
