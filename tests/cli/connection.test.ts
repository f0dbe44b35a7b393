import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { deployedStack, localStack } from "../../cli/connection";
import { explain } from "../../cli/errors";
import { fakePulumi } from "./fake-pulumi";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "connection-")));

afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a deployed stack", () => {
  it("is found by the outputs that the Pulumi CLI reads in the program's folder", async () => {
    const script = `[ "$PWD" = "${folder}" ] || exit 1
      [ "$*" = "stack output --json --non-interactive --color never --stack qa" ] || exit 1
      echo '{"region": "eu-west-1", "eventTableName": "e", "readModelTableName": "r", "rebuildQueueUrl": "q", "graphqlUrl": "u"}'`;
    vi.stubEnv("PATH", fakePulumi(folder, script));

    const { eventTable, readModel, client } = await deployedStack(folder, "qa");

    expect([eventTable, readModel, client.region]).toEqual(["e", "r", "eu-west-1"]);
    expect([client.endpoint, client.credentials]).toEqual([undefined, undefined]);
  });

  it.each([
    [
      "echo \"error: no stack named 'qa' found\" >&2; exit 255",
      /^stack qa: no stack named 'qa' found$/,
    ],
    ["echo '{}'", /region: expected string, found nothing.*Deploy it: `pulumi up --stack qa`$/],
  ])("that cannot be read is an error of one line (%s)", async (script, line) => {
    vi.stubEnv("PATH", fakePulumi(folder, script));

    await expect(deployedStack(folder, "qa")).rejects.toThrow(line);
  });

  it("that is asked for without the Pulumi CLI is an error that says where to get it", async () => {
    vi.stubEnv("PATH", folder);

    await expect(deployedStack(folder, "qa")).rejects.toThrow(/is not installed: see https:/);
  });
});

describe("the local stack", () => {
  const stack = {
    pid: 1,
    region: "eu-west-1",
    outputs: {
      region: "eu-west-1",
      eventTableName: "e",
      readModelTableName: "r",
      rebuildQueueUrl: "http://s/rebuilds.fifo",
    },
    endpoints: { dynamodb: "http://d", cognito: "http://c", sqs: "http://s" },
    credentials: { accessKeyId: "a", secretAccessKey: "s" },
    frontEnd: { region: "eu-central-1", cognitoEndpoint: "http://c" },
  };

  it("is reached at its own endpoint, as its administrator", () => {
    const { eventTable, readModel, client } = localStack(process.cwd(), stack);

    expect([eventTable, readModel]).toEqual(["e", "r"]);
    expect(client).toMatchObject({ endpoint: "http://d", credentials: stack.credentials });
  });

  it("that does not run, or is another program's, is an error that says to run `npm start`", () => {
    expect(() => localStack(process.cwd(), undefined)).toThrow(
      /^no local stack is running: run `npm start` first$/,
    );
    expect(() => localStack(process.cwd(), { ...stack, outputs: {} })).toThrow(
      "Start it again: `npm start`",
    );
  });
});

describe("the local stack of a program in another folder", () => {
  it("that does not run is an error that says to run `npm start` with that folder", () => {
    expect(() => localStack(join(process.cwd(), "examples", "other"), undefined)).toThrow(
      "run `npm start -- --program examples/other` first",
    );
  });
});

describe("explain", () => {
  it.each([
    [{ code: "ECONNREFUSED" }, "run `npm start` first"],
    [{ name: "CredentialsProviderError" }, "AWS cannot identify you: first."],
    [{ name: "ExpiredTokenException" }, "aws sso login"],
    [{ name: "ResourceNotFoundException" }, "a table of the stack does not exist (first)"],
    [{ name: "QueueDoesNotExist" }, "the rebuild queue of the stack does not exist (first)"],
    [{ name: "AccessDeniedException" }, "not permitted: first"],
    [{}, "first"],
  ])("puts %j in one line", (properties, text) => {
    const line = explain(Object.assign(new Error("first\nsecond"), properties));

    expect(line).toContain(text);
    expect(line).not.toContain("second");
  });
});
