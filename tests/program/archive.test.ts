import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Recorded, record } from "../infra/record";
import { runProgram } from "./run";
import { unpack } from "./unpack";

type Resources = readonly Pick<Recorded, "name" | "inputs">[];

/** The last line that plain Node.js prints when it runs a script in a folder. */
function lastLine(folder: string, script: string): string | undefined {
  const printed = execFileSync(process.execPath, ["--eval", script], {
    cwd: folder,
    env: {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      // A port that nobody listens on.
      AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1",
      POWERTOOLS_SERVICE_NAME: "test",
    },
    encoding: "utf8",
    stdio: "pipe",
  });
  return printed.trim().split("\n").at(-1);
}

// Pulumi deploys the callback's text, which each TypeScript loader writes in its own way.
describe.each<[string, () => Promise<Resources>]>([
  ["the CLI's loader", async () => (await runProgram({ stack: "dev" })).registrations],
  ["tsx", async () => (await runProgram({ stack: "dev", loader: "tsx" })).registrations],
  ["vitest", async () => (await record("dev")).resources],
])("a function's archive, made under %s", (_, evaluate) => {
  const folder = mkdtempSync(join(tmpdir(), "archive-"));
  let resources: Resources;
  beforeAll(async () => {
    resources = await evaluate();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const unpacked = (name: string) => {
    const made = resources.find((resource) => resource.name === `ledger-${name}-function`);
    return unpack(made?.inputs.code, join(folder, name));
  };

  it.each(["projector", "resumer"])(
    "has two entries, and loads in plain Node.js: %s",
    async (name) => {
      expect([...(await unpacked(name))].sort()).toEqual([
        `.build/ledger-${name}.js`,
        "__index.js",
      ]);
      const script = 'console.log(typeof require("./__index.js").handler)';
      expect(lastLine(join(folder, name), script)).toBe("function");
    },
  );

  it("reads a stream's record, and asks for it again when the tables do not answer", async () => {
    await unpacked("projector");
    const record = {
      eventName: "INSERT",
      dynamodb: {
        SequenceNumber: "111",
        Keys: { streamId: { S: "savings" }, version: { N: "1" } },
        NewImage: { streamId: { S: "savings" }, version: { N: "1" } },
      },
    };
    const script = `require("./__index.js").handler({ Records: [${JSON.stringify(record)}] })
      .then((response) => console.log(JSON.stringify(response)))`;
    expect(lastLine(join(folder, "projector"), script)).toBe(
      '{"batchItemFailures":[{"itemIdentifier":"111"}]}',
    );
  });
});
