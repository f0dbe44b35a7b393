import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCognito } from "../../src/cognito/cognito";
import { Iam } from "../../src/iam/iam";
import { type Pool, permanent, region, startWorld, type World } from "./harness";

let folder: string;
let world: World | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cognito-test-"));
});
afterEach(async () => {
  await world?.stop();
  world = undefined;
  await rm(folder, { recursive: true });
});

/** A pool in the folder, with a user. */
async function kept(): Promise<{ world: World; pool: Pool; email: string; file: string }> {
  world = await startWorld(folder);
  const pool = await world.pool();
  const email = await pool.user();
  return { world, pool, email, file: join(folder, "cognito", `${pool.UserPoolId}.json`) };
}

const start = () =>
  startCognito({ region, iam: new Iam({ region }), dataDirectory: folder, deliver: () => {} });

describe("Cognito's data folder", () => {
  it("keeps pools, clients, users and sign-ins across a restart", async () => {
    const first = await kept();
    const { AuthenticationResult: tokens } = await first.pool.signIn(first.email, permanent);
    const { sub } = await first.pool.verify(tokens?.AccessToken);
    const { port } = new URL(first.world.cognito.endpoint);
    await first.world.stop();
    world = await startWorld(folder, Number(port));
    const { AuthenticationResult } = await world.anybody.send(
      new InitiateAuthCommand({
        ClientId: first.pool.ClientId,
        AuthFlow: "REFRESH_TOKEN_AUTH",
        AuthParameters: { REFRESH_TOKEN: tokens?.RefreshToken ?? "" },
      }),
    );
    // By the same key, so that older tokens count as well.
    expect(await first.pool.verify(tokens?.AccessToken)).toMatchObject({ sub });
    expect(await first.pool.verify(AuthenticationResult?.AccessToken)).toMatchObject({ sub });
  });

  it("shows nothing to others, and no password to anybody", async () => {
    const { file } = await kept();
    const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await mode(join(folder, "cognito"))).toBe("700");
    expect(await mode(file)).toBe("600");
    expect(await readFile(file, "utf8")).not.toContain(permanent);
  });

  it("takes nothing from a write that was cut short", async () => {
    const { world: first, pool, email, file } = await kept();
    // What a kill in the middle of a write leaves behind.
    const whole = await readFile(file, "utf8");
    await first.stop();
    await writeFile(`${file}.new`, whole.slice(0, whole.length / 2));
    world = await startWorld(folder);
    const { UserPoolId } = pool;
    const get = (Username: string) => new AdminGetUserCommand({ UserPoolId, Username });
    await expect(world.administrator.send(get(email))).resolves.toBeDefined();
    expect(await readdir(join(folder, "cognito"))).toEqual([`${UserPoolId}.json`]);
  });

  it("keeps every user whose creation was answered when it is killed", async () => {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", join(__dirname, "create-users.ts"), folder],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let printed = "";
    child.stdout.on("data", (text) => {
      printed += text;
      if (printed.split("\n").length > 20) {
        child.kill("SIGKILL");
      }
    });
    await once(child, "close");
    const answered = printed.trim().split("\n");
    world = await startWorld(folder);
    const [pool] = world.cognito.pools.all();
    const kept = pool?.users.map(({ username }) => username) ?? [];
    expect(answered.length).toBeGreaterThanOrEqual(20);
    // One more may have been kept than was answered.
    expect(kept.slice(0, answered.length)).toEqual(answered);
    expect(kept.length - answered.length).toBeLessThanOrEqual(1);
  });

  it("does not create a user that cannot be kept, and loses none", async () => {
    const { world: running, pool, email, file } = await kept();
    const { UserPoolId } = pool;
    // In the way of the next write, as a full disk is.
    await mkdir(`${file}.new`);
    const Username = "unkept@example.com";
    await expect(
      running.administrator.send(new AdminCreateUserCommand({ UserPoolId, Username })),
    ).rejects.toThrow();
    const get = (name: string) =>
      running.administrator.send(new AdminGetUserCommand({ UserPoolId, Username: name }));
    await expect(get(Username)).rejects.toMatchObject({ name: "UserNotFoundException" });
    await expect(get(email)).resolves.toBeDefined();
    await rm(`${file}.new`, { recursive: true });
    await running.administrator.send(new AdminCreateUserCommand({ UserPoolId, Username }));
    await expect(get(Username)).resolves.toBeDefined();
  });

  it.each([
    ["empty", (file: string) => truncate(file)],
    ["cut off", async (file: string) => truncate(file, 100)],
    ["something else", (file: string) => writeFile(file, '{"id": 1}')],
  ])("is refused by the name of a file that is %s, and stays as it is", async (_, damage) => {
    const { world: first, file } = await kept();
    await first.stop();
    await damage(file);
    const found = await readFile(file, "utf8");
    await expect(start()).rejects.toThrow(
      new RegExp(`^the user pool in ${file} cannot be read \\(.+\\): put a copy of it back`),
    );
    expect(await readFile(file, "utf8")).toBe(found);
  });

  it("is refused where an earlier version wrote it", async () => {
    await mkdir(join(folder, "cognito", ".cognito"), { recursive: true });
    await expect(start()).rejects.toThrow("holds users in the form of an earlier version");
  });
});
