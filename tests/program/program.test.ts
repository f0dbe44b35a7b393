import { beforeAll, describe, expect, it } from "vitest";
import { type Recording, record } from "../infra/record";
import { unknown } from "./engine";
import { type Run, runProgram } from "./run";

const minute = 60_000;

/** What a run has registered, as mocks count it: without the stack itself. */
const registered = ({ registrations }: Run) =>
  registrations
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map(({ type, name }) => `${type} ${name}`)
    .sort();

const guarded = ({ registrations }: Run) =>
  registrations.filter(({ protect, retainOnDelete }) => protect && retainOnDelete);

describe.each([
  { stack: "dev", kept: [] },
  {
    stack: "prod",
    kept: ["ledger-audit", "ledger-events", "ledger-read-model", "ledger-sign-in-users"],
  },
])("the program for $stack, in Pulumi's runtime", ({ stack, kept }) => {
  let recorded: Recording;
  let update: Run;
  let preview: Run;

  beforeAll(async () => {
    recorded = await record(stack);
    update = await runProgram({ stack });
    preview = await runProgram({ stack, preview: true });
  }, 2 * minute);

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

it("the program passes the type check that the CLI makes", { timeout: 2 * minute }, async () => {
  const run = await runProgram({ stack: "dev", loader: "ts-node" });
  expect(run).toMatchObject({ exitCode: 0, errors: [] });
});

it("a faulty configuration ends the program with one message and no resource", {
  timeout: minute,
}, async () => {
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
