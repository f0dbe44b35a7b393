import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Credentials, type Sqs, startSqs } from "local-aws";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { deposit, opening, storedIn } from "../core/ledger/requests";
import { fakePulumi } from "./fake-pulumi";
import { alterRow, seed, startWorld, summaryOf, type World } from "./world";

// The command line as a process of its own, as an operator starts it.

const tsx = pathToFileURL(require.resolve("tsx")).href;
const program = resolve(__dirname, "../../cli/ledger.ts");

let world: World;
let sqs: Sqs;
let outputs: Readonly<Record<string, string>>;
let folder: string;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts the command line on the world's tables as on a deployed stack's. */
function start(
  args: readonly string[],
  { accessKeyId, secretAccessKey, sessionToken }: Credentials = world.iam.administrator,
  pulumi = `echo '${JSON.stringify(outputs)}'`,
): ChildProcess {
  return spawn(process.execPath, ["--import", tsx, program, ...args], {
    env: {
      PATH: fakePulumi(folder, pulumi),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
      AWS_ENDPOINT_URL_DYNAMODB: world.endpoint,
    },
  });
}

const end = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve) => {
    let out = "";
    let err = "";
    child.stdout?.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      err += chunk;
    });
    child.once("close", (code) => resolve({ code, out, err }));
  });

const ledger = (...args: string[]): Promise<Ended> => end(start(args));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ledger-"));
  world = await startWorld();
  sqs = await startSqs({ region: world.region, iam: world.iam });
  const { url } = sqs.createQueue("rebuilds.fifo", { fifoQueue: true });
  outputs = { ...world.outputs, rebuildQueueUrl: url };
  await seed(world.ledger(), storedIn("savings", opening(), deposit(5)));
});
afterAll(async () => {
  await sqs.stop();
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("npm run ledger", () => {
  it("verifies a stack, and answers with an exit code", async () => {
    const fine = await ledger("verify", "--stack", "prod");
    await alterRow(world.ledger(), summaryOf("savings"), "balance", "6");
    const altered = await ledger("verify", "--stack", "prod");
    const mended = await ledger("rebuild", "--all", "--stack", "prod", "--json");

    expect(fine).toEqual({
      code: 0,
      out: "2 events of 1 account verified: 0 differing, 0 behind, 0 suspended.\n",
      err: "",
    });
    expect(altered).toMatchObject({
      code: 1,
      out: expect.stringContaining('    balance: stored "6", expected "5"\n'),
    });
    expect(mended.code).toBe(0);
    expect(JSON.parse(mended.out)).toMatchObject({ rebuilt: 1, failed: [] });
  });

  it("prints its help on standard output", async () => {
    const { code, out, err } = await ledger("rebuild", "--help");

    expect(out).toContain("--trust-events");
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it.each([
    [["mend"], 'Error: there is no command "mend". See `npm run ledger -- --help`.\n'],
    [["export", "--stack", "prod", "--account", "nobody"], "Error: there is no account nobody\n"],
  ])("answers %j with one line on standard error", async (args, line) => {
    expect(await ledger(...args)).toEqual({ code: 2, out: "", err: line });
  });

  it("names the permission that is missing", async () => {
    const visitor = world.iam.assumeRole(world.iam.createRole("visitor"));

    const { code, err } = await end(start(["suspended", "--stack", "prod"], visitor));

    expect(code).toBe(2);
    expect(err).toMatch(
      /^Error: not permitted: User: .* perform: dynamodb:Query on resource: .*\n$/,
    );
  });

  it("ends cleanly when it is interrupted, and says to run it again", async () => {
    const begun = join(folder, "begun");
    const slow = `touch ${begun}; exec sleep 10`;
    const child = start(["verify", "--stack", "slow"], world.iam.administrator, slow);
    const ended = end(child);
    await vi.waitUntil(() => existsSync(begun), { timeout: 30_000 });
    child.kill("SIGINT");
    const { code, err } = await ended;

    expect({ code, err }).toEqual({ code: 130, err: "Interrupted. Run it again to go on.\n" });
  });
});
