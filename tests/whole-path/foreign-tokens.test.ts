import { afterAll, beforeAll, expect, it } from "vitest";
import { ledger } from "../../core/ledger";
import { rowsOf } from "../../lambda/adapters/rows";
import { folded } from "../core/projection/memory";
import type { CallerName } from "../vtl/templates";
import { type Answer, Pipelines } from "./pipelines";

let pipelines: Pipelines;
const rows = rowsOf(ledger);

/** Opens an account with two entries, and folds it. */
async function open(accountId: string, caller: CallerName): Promise<void> {
  const send = (field: string, more: object) =>
    pipelines.ask(
      `Mutation.${field}`,
      { input: { accountId, commandId: `${field}-1`, ...more } },
      caller,
    );
  await send("openAccount", { expectedVersion: 0, currency: "EUR" });
  await send("deposit", { expectedVersion: 1, amount: "1" });
  await send("withdraw", { expectedVersion: 2, amount: "1" });
  const events = await pipelines.events(accountId);
  const { summary, changes } = folded(events, accountId, ledger.projectionVersion, 1);
  const entries = changes.filter(({ opening }) => !opening).map(rows.entry);
  await pipelines.putRows([...entries, rows.summary(summary)]);
}

beforeAll(async () => {
  pipelines = await Pipelines.start();
  for (const id of ["a-1", "a-2"]) await open(id, "owner");
  for (const id of ["m-1", "m-2"]) await open(id, "stranger");
  for (const accountId of ["stuck-1", "stuck-2"]) {
    await pipelines.putRows([
      { pk: "suspended", sk: accountId, accountId, version: 2, reason: "MISSING_EVENT" },
    ]);
  }
});
afterAll(() => pipelines.stop());

/** The lists that an operator can read, each with a page of one. */
const lists: readonly (readonly [path: string, args: Readonly<Record<string, string>>])[] = [
  ["Query.accounts", { owner: "alice" }],
  ["Query.accounts", { owner: "mallory" }],
  ["Query.statement", { accountId: "a-1" }],
  ["Query.statement", { accountId: "m-1" }],
  ["Query.suspendedStreams", {}],
];

const read = (path: string, args: object): Promise<Answer> =>
  pipelines.ask(path, { ...args, limit: 1 }, "operator");

it.each(lists)("the nextToken of another list is an InvalidInput of %s %j", async (path, args) => {
  for (const [otherPath, otherArgs] of lists) {
    const page = await read(otherPath, otherArgs);
    if ("error" in page) throw new Error(JSON.stringify(page.error));
    const { nextToken } = page.data as { readonly nextToken: string | null };
    expect(nextToken).not.toBeNull();
    const answer = await read(path, { ...args, nextToken });
    const isOwn = path === otherPath && args === otherArgs;
    expect("error" in answer ? answer.error : {}).toMatchObject(
      isOwn ? {} : { errorType: "InvalidInput", errorInfo: { field: "nextToken" } },
    );
    expect("error" in answer).toBe(!isOwn);
  }
});
