import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type LocalStack, send, startStack, subscribe } from "local-aws";
import { register } from "tsx/cjs/api";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { verifyAll } from "../../../cli/commands/verify";
import { localStack } from "../../../cli/connection";
import { accessTo } from "../../../cli/local/client/access";
import { signInAs } from "../../../cli/local/client/local-user";
import { openTables } from "../../../cli/tables";
import { inventory } from "../article";

// The inventory's program on this machine, as its users and its operator see it.

// The program is TypeScript.
register();

const program = resolve(__dirname, "..");
const articleId = "bolts";

let stack: LocalStack;
beforeAll(async () => {
  stack = await startStack({
    program,
    stack: "dev",
    ports: { appsync: 0, cognito: 0, dynamodb: 0, sqs: 0 },
    https: false,
    shareEngine: true,
    log: () => {},
    progress: () => {},
  });
});
afterAll(() => stack.stop());

const signIn = async (email: string) => {
  const { idToken, sub } = await signInAs(stack.description, email);
  return { sub, access: accessTo(stack.description, idToken) };
};
type User = Awaited<ReturnType<typeof signIn>>;

/** Sends a command. Answers with the type of the event that it was recorded as, or of the error. */
const command = async ({ access }: User, field: string, expectedVersion: number, input: object) => {
  const inputType = field === "register" ? "RegisterInput" : "MovePiecesInput";
  const { data, errors } = await send<Record<string, { type: string } | null>>(
    access,
    `mutation Command($input: ${inputType}!) { ${field}(input: $input) { type } }`,
    { input: { articleId, commandId: randomUUID(), expectedVersion, ...input } },
  );
  return data?.[field]?.type ?? errors?.[0]?.errorType;
};

const read = async ({ access }: User) => {
  const { data } = await send(
    access,
    `query Read($articleId: ID!) {
      article(articleId: $articleId) { label inStock reserved version }
      movements(articleId: $articleId) { items { version quantity outcome reason inStock reserved } }
    }`,
    { articleId },
  );
  return data;
};

describe("an article", () => {
  let keeper: User;
  const changes: unknown[] = [];

  it("records what its owner asks for", async () => {
    keeper = await signIn("keeper@example.com");
    await subscribe(
      keeper.access,
      {
        query: `subscription Follow($owner: ID!) {
          onArticleChange(owner: $owner) { version label quantity outcome reason inStock reserved }
        }`,
        variables: { owner: keeper.sub },
      },
      (data) => changes.push(data),
    );

    const label = "Bolts M8";
    expect(await command(keeper, "register", 0, { label })).toBe("RegistrationRequested");
    expect(await command(keeper, "receive", 1, { quantity: 10 })).toBe("ReceiptRequested");
    expect(await command(keeper, "reserve", 2, { quantity: 4 })).toBe("ReservationRequested");
    expect(await command(keeper, "reserve", 3, { quantity: 7 })).toBe("ReservationRequested");
    expect(await command(keeper, "ship", 4, { quantity: 3 })).toBe("ShipmentRequested");
  });

  it("shows what is left, and why a reservation of more was declined", async () => {
    const posted = { outcome: "POSTED", reason: null };
    const declined = { outcome: "DECLINED", reason: "OUT_OF_STOCK" };
    const movements = [
      { version: 5, quantity: 3, ...posted, inStock: 7, reserved: 1 },
      { version: 4, quantity: 7, ...declined, inStock: 10, reserved: 4 },
      { version: 3, quantity: 4, ...posted, inStock: 10, reserved: 4 },
      { version: 2, quantity: 10, ...posted, inStock: 10, reserved: 0 },
    ];
    const label = "Bolts M8";
    await vi.waitFor(async () => {
      expect(await read(keeper)).toEqual({
        article: { label, inStock: 7, reserved: 1, version: 5 },
        movements: { items: movements },
      });
    }, 30_000);

    // The registration is a change, too; as the first one it has no entry.
    const registration = { version: 1, quantity: null, ...posted, inStock: 0, reserved: 0 };
    const expected = [...movements, registration]
      .reverse()
      .map((change) => ({ onArticleChange: { label, ...change } }));
    await vi.waitFor(() => expect(changes).toEqual(expected), 30_000);
  });

  it("shows and gives nothing to another user", async () => {
    const stranger = await signIn("stranger@example.com");
    expect(await read(stranger)).toEqual({ article: null, movements: null });
    expect(await command(stranger, "ship", 5, { quantity: 1 })).toBe("Unauthorized");
  });

  it("has the rows that its events give, as `verify` finds", async () => {
    const tables = openTables(inventory, localStack(program, stack.description));
    const report = await verifyAll({
      tables,
      pause: async () => {},
      startProgress: async () => ({ advance: () => {}, end: () => {} }),
    });
    tables.close();
    expect(report).toEqual({
      streams: 1,
      events: 5,
      differing: [],
      behind: [],
      unread: [],
      suspended: [],
      leftovers: 0,
    });
  });
});
