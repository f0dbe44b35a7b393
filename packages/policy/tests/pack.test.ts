import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rules } from "../policies";

/** How Pulumi's protocol writes a value that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Pulumi's runtime of policy packs, as the CLI starts it for `--policy-pack packages/policy`. */
const pack = spawn(
  process.execPath,
  [require.resolve("@pulumi/pulumi/cmd/run-policy-pack"), "127.0.0.1:1", "."],
  {
    cwd: resolve(__dirname, ".."),
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
  },
);
let client: AnalyzerClient;

beforeAll(async () => {
  // The first line that it prints is its port.
  const [port] = await once(createInterface(pack.stdout), "line");
  client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
});

afterAll(() => {
  client?.close();
  pack.kill();
});

type Call<Request, Answer> = (
  request: Request,
  answer: (error: grpc.ServiceError | null, answer: Answer) => void,
) => unknown;

const ask = <Request, Answer>(call: Call<Request, Answer>, request: Request): Promise<Answer> =>
  promisify(call.bind(client) as Call<Request, Answer>)(request);

const urn = "urn:pulumi:prod::shop::aws:sqs/queue:Queue::jobs";
const properties = (values: Readonly<Record<string, JavaScriptValue>>) =>
  Struct.fromJavaScript({ ...values, tags: { project: "shop", stack: "prod" } });
const options = () => new proto.AnalyzerResourceOptions();

const found = (answer: proto.AnalyzeResponse) =>
  answer.getDiagnosticsList().map((each) => ({
    rule: each.getPolicyname(),
    mandatory: each.getEnforcementlevel() === proto.EnforcementLevel.MANDATORY,
    message: each.getMessage(),
  }));

const analyze = async (values: Readonly<Record<string, JavaScriptValue>>) =>
  found(
    await ask<proto.AnalyzeRequest, proto.AnalyzeResponse>(
      client.analyze,
      new proto.AnalyzeRequest()
        .setType("aws:sqs/queue:Queue")
        .setName("jobs")
        .setUrn(urn)
        .setOptions(options())
        .setProperties(properties(values)),
    ),
  );

describe("the pack, loaded by Pulumi", () => {
  it("offers every rule, as a mandatory one", async () => {
    const info = await ask<Empty, proto.AnalyzerInfo>(client.getAnalyzerInfo, new Empty());
    const offered = info.getPoliciesList().map((policy) => policy.getName());
    expect(offered.sort()).toEqual(rules.map(({ name }) => name).sort());
  });

  it("refuses a resource that breaks a rule", async () => {
    expect(await analyze({ sqsManagedSseEnabled: false })).toEqual([
      { rule: "encryption", mandatory: true, message: expect.stringContaining("The queue has") },
    ]);
    expect(await analyze({ sqsManagedSseEnabled: true })).toEqual([]);
  });

  it("only remarks on what a preview does not know yet, and only where a rule asks for it", async () => {
    expect(await analyze({ sqsManagedSseEnabled: unknown })).toEqual([
      { rule: "encryption", mandatory: false, message: expect.stringContaining("during preview") },
    ]);
  });

  it("refuses a stack whose resources do not belong together as they should", async () => {
    const resource = (type: string, name: string) =>
      new proto.AnalyzerResource().setType(type).setName(name).setOptions(options());
    const queue = resource("aws:sqs/queue:Queue", "jobs")
      .setUrn(urn)
      .setProperties(properties({ url: unknown }));
    // In a preview of a new stack the policy is not known, but whose it is.
    const policy = resource("aws:sqs/queuePolicy:QueuePolicy", "policy").setProperties(
      properties({ queueUrl: unknown, policy: unknown }),
    );
    policy
      .getPropertydependenciesMap()
      .set("queueUrl", new proto.AnalyzerPropertyDependencies().setUrnsList([urn]));
    const analyzeStack = async (...resources: readonly proto.AnalyzerResource[]) =>
      found(
        await ask<proto.AnalyzeStackRequest, proto.AnalyzeResponse>(
          client.analyzeStack,
          new proto.AnalyzeStackRequest().setResourcesList([...resources]),
        ),
      );
    expect(await analyzeStack(queue)).toMatchObject([{ rule: "tls-only", mandatory: true }]);
    expect(await analyzeStack(queue, policy)).toEqual([]);
  });
});
