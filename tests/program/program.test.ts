import { beforeAll, describe, expect, it } from "vitest";
import { type Recording, record } from "../infra/record";
import { unknown } from "./engine";
import { type Run, type RunOptions, runProgram } from "./run";

/** What a run has registered, as mocks count it: without the stack itself. */
const registered = ({ registrations }: Run) =>
  registrations
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map(({ type, name }) => `${type} ${name}`)
    .sort();

const guarded = ({ registrations }: Run) =>
  registrations.filter(({ protect, retainOnDelete }) => protect && retainOnDelete);

describe.each<
  Required<Pick<RunOptions, "stack" | "loader">> & { readonly kept: readonly string[] }
>([
  // The types are the same for every stack: one is run as the CLI runs it, with its type check.
  { stack: "dev", loader: "ts-node", kept: [] },
  {
    stack: "prod",
    loader: "ts-node without types",
    kept: ["ledger-audit", "ledger-events", "ledger-read-model", "ledger-sign-in-users"],
  },
])("the program for $stack, in Pulumi's runtime under $loader", ({ stack, loader, kept }) => {
  let recorded: Recording;
  let update: Run;
  let preview: Run;

  beforeAll(async () => {
    [recorded, update, preview] = await Promise.all([
      record(stack),
      runProgram({ stack, loader }),
      runProgram({ stack, preview: true }),
    ]);
  });

  it.each([
    ["update", () => update],
    ["preview", () => preview],
  ])("succeeds in an %s, with the resources that mocks record", (_, run) => {
    expect(run()).toMatchObject({ exitCode: 0, errors: [], printed: "" });
    expect(registered(run())).toEqual(
      recorded.resources.map(({ type, name }) => `${type} ${name}`).sort(),
    );
  });

  it("has the outputs that mocks record", () => {
    expect(update.outputs).toEqual(recorded.outputs);
  });

  it("leaves every output but the region unknown in a first preview", () => {
    const { region, ...others } = preview.outputs;
    expect(region).toBe("eu-central-1");
    expect(Object.keys(others).sort()).toEqual(
      Object.keys(recorded.outputs)
        .filter((name) => name !== "region")
        .sort(),
    );
    expect(new Set(Object.values(others))).toEqual(new Set([unknown]));
  });

  it("protects the resources that hold data, where the stack keeps its data", () => {
    expect(
      guarded(update)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(kept);
    const half = update.registrations.filter((one) => one.protect !== one.retainOnDelete);
    expect(half).toEqual([]);
  });
});

it("a faulty configuration ends the program with one message and no resource", async () => {
  const run = await runProgram({
    stack: "dev",
    settings: { "event-ledger:logLevel": "LOUD", "event-ledger:auditTrail": "maybe" },
  });
  expect(run.exitCode).not.toBe(0);
  expect(run.errors).toEqual([
    [
      "The configuration of stack dev has faults (mend each with `pulumi config set KEY VALUE`):",
      'event-ledger:logLevel is "LOUD"; allowed: DEBUG, INFO, WARN, ERROR',
      'event-ledger:auditTrail is "maybe"; allowed: true, false',
    ].join("\n  "),
  ]);
  expect(registered(run)).toEqual([]);
});
