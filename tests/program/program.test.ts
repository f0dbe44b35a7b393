import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Recorded, type Recording, record } from "../infra/record";
import { unknown } from "./engine";
import { orderOf } from "./order";
import { type Run, runProgram, runtimeOptions } from "./run";
import { unpack } from "./unpack";

type Resources = readonly Pick<Recorded, "name" | "inputs">[];

/** What a run has registered, as mocks count it: without the stack itself. */
const registered = ({ registrations }: Run) =>
  registrations
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map(({ type, name }) => `${type} ${name}`)
    .sort();

const namesWhere = ({ registrations }: Run, option: "protect" | "retainOnDelete") =>
  registrations
    .filter((registration) => registration[option])
    .map(({ name }) => name)
    .sort();

/** What Pulumi may neither delete nor replace. */
const holdingData = [
  "ledger-events",
  "ledger-read-model",
  "ledger-sign-in-client",
  "ledger-sign-in-operators",
  "ledger-sign-in-users",
];

/** Does the work when it is first asked for. */
function once<A>(work: () => Promise<A>): () => Promise<A> {
  let done: Promise<A> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

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

const updateOfDev = once(() => runProgram({ stack: "dev", loader: "ts-node" }));
const updateOfProd = once(() => runProgram({ stack: "prod", loader: "tsx" }));

describe.each([
  { stack: "dev", loader: "the CLI's loader", run: updateOfDev, kept: [], guarded: [] },
  {
    stack: "prod",
    loader: "tsx",
    run: updateOfProd,
    guarded: [...holdingData, "ledger-events-policy"].sort(),
    // What can be switched off has to be able to leave the stack: it stays in AWS.
    kept: [
      "ledger-api-log",
      ...["bucket", "encryption", "lifecycle", "policy", "public-access", "versioning"].flatMap(
        (part) => [`ledger-audit-access-${part}`, `ledger-audit-records-${part}`],
      ),
      "ledger-audit-access-log",
      "ledger-audit-key",
      "ledger-audit-lock",
      ...[
        "ledger-backup-lock",
        "ledger-backup-policy",
        "ledger-backup-role",
        "ledger-backup-vault",
      ],
      ...holdingData,
      "ledger-events-policy",
      "ledger-projector-failures",
      "ledger-projector-failures-policy",
      "ledger-projector-log",
      "ledger-rebuilder-log",
      "ledger-rebuilds-failures",
      "ledger-rebuilds-failures-policy",
      "ledger-resumer-log",
    ].sort(),
  },
])("the program for $stack, in Pulumi's runtime under $loader", ({ stack, run, guarded, kept }) => {
  let recorded: Recording;
  let update: Run;
  let preview: Run;

  beforeAll(async () => {
    [recorded, update, preview] = await Promise.all([
      record(stack),
      run(),
      runProgram({ stack, preview: true }),
    ]);
  });

  it.each([
    ["update", () => update],
    ["preview", () => preview],
  ])("succeeds in an %s, with the resources that mocks record", (_, done) => {
    expect(done()).toMatchObject({ exitCode: 0, errors: [], printed: "" });
    expect(registered(done())).toEqual(
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

  it("protects the resources that hold data, and leaves them in AWS, where the stack keeps its data", () => {
    expect(namesWhere(update, "protect")).toEqual(guarded);
    expect(namesWhere(update, "retainOnDelete")).toEqual(kept);
  });
});

describe("the order in which the API's parts are made, updated and deleted", () => {
  let registrations: Run["registrations"];
  let waitsFor: (name: string, other: string) => boolean;
  beforeAll(async () => {
    ({ registrations } = await updateOfDev());
    ({ waitsFor } = orderOf(registrations));
  });
  const namesOf = (...types: readonly string[]) =>
    registrations
      .filter(({ type }) => types.some((each) => type.startsWith(each)))
      .map(({ name }) => name);

  it("has one data source or function at a time, and the resolvers after them", () => {
    const alone = namesOf("aws:appsync/dataSource", "aws:appsync/function");
    const atOnce = alone.flatMap((one, at) =>
      alone.slice(at + 1).filter((other) => !waitsFor(one, other) && !waitsFor(other, one)),
    );
    expect(atOnce).toEqual([]);
    const early = namesOf("aws:appsync/resolver").filter(
      (resolver) => !alone.every((other) => waitsFor(resolver, other)),
    );
    expect(early).toEqual([]);
  });

  it("has what reads events before the templates that write them", () => {
    const writers = namesOf("aws:appsync/function", "aws:appsync/resolver");
    const readers = namesOf("aws:lambda/", "aws:sqs/", "aws:iam/rolePolicy:").filter((name) =>
      /^ledger-(projector|resumer|rebuilder|rebuilds)-/.test(name),
    );
    expect(readers).toEqual(
      expect.arrayContaining(
        ["projector-function", "projector-mapping", "resumer-function"]
          .concat(["rebuilder-function", "rebuilder-mapping"])
          .map((name) => `ledger-${name}`),
      ),
    );
    expect(writers).toContain("ledger-resolvers-Mutation_openAccount");
    const early = writers.filter((writer) => !readers.every((reader) => waitsFor(writer, reader)));
    expect(early).toEqual([]);
  });
});

describe.each([".", "examples/inventory"])("the CLI runs the program in %s", (folder) => {
  const file = join(folder, runtimeOptions(folder).tsconfig);

  it("without a type check, and with the compiler's settings of the whole repository otherwise", () => {
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      extends: "./tsconfig.json",
      compilerOptions: { noCheck: true },
    });
    expect(existsSync(join(dirname(file), "tsconfig.json"))).toBe(true);
  });

  it("to its end", async () => {
    const run = folder === "." ? await updateOfDev() : await runProgram({ stack: "dev", folder });
    expect(run).toMatchObject({ exitCode: 0, errors: [], printed: "" });
  });
});

it.each([
  [
    "a kept stack, whose data then stays in AWS",
    { keepData: "true", allowReplacement: "true" },
    [],
  ],
  [
    "a stack that may be thrown away",
    { keepData: "false", allowReplacement: "false" },
    holdingData,
  ],
])(
  "a change may replace a table or the pool where the configuration says so: %s",
  async (_, changes, guarded) => {
    const settings = { ...changes, introspection: "false", passwordSignIn: "false", mfa: "ON" };
    const run = await runProgram({
      stack: "dev",
      preview: true,
      settings: Object.fromEntries(
        Object.entries(settings).map(([key, value]) => [`event-ledger:${key}`, value]),
      ),
    });
    expect(run).toMatchObject({ exitCode: 0, errors: [] });
    expect(namesWhere(run, "protect")).toEqual(guarded);
    expect(namesWhere(run, "retainOnDelete")).toEqual(
      changes.keepData === "true" ? expect.arrayContaining(holdingData) : [],
    );
  },
);

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

// Pulumi deploys the callback's text, which each TypeScript loader writes in its own way.
describe.each<[string, () => Promise<Resources>]>([
  ["the CLI's loader", async () => (await updateOfDev()).registrations],
  ["tsx", async () => (await updateOfProd()).registrations],
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

it("a dangerous setting ends the program of a stack that keeps its data, with the reason and no resource", async () => {
  const run = await runProgram({
    stack: "prod",
    settings: { "event-ledger:introspection": "true" },
  });
  expect(run.exitCode).not.toBe(0);
  expect(run.errors).toEqual([
    expect.stringContaining(
      "event-ledger:introspection is true in a stack that keeps its data (keepData): every signed-in user",
    ),
  ]);
  expect(registered(run)).toEqual([]);
});
