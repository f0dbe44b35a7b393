import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { Iam } from "local-aws";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createHandler as createProjector } from "../../lambda/projector";
import { createHandler as createRebuilder } from "../../lambda/rebuilder";
import { createHandler as createResumer } from "../../lambda/resumer";
import { deposit, opening, type StoredEvent, storedIn, unreadable } from "../core/ledger/requests";
import { neededByCode } from "../infra/needed-permissions";
import { readModelTable as pipelinesReadModel } from "../vtl/templates";
import { Pipelines } from "../whole-path/pipelines";
import { type Surroundings, startSurroundings, withTime } from "./surroundings";
import { readModelTable } from "./tables";

// Each function and data source does all that it can do, and IAM is asked for exactly what its role is said to need.

// Read when the module is loaded: telemetry has a test of its own.
vi.hoisted(() => {
  Object.assign(process.env, {
    POWERTOOLS_METRICS_DISABLED: "true",
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
});

/** What the roles of the program's code have asked IAM for. */
const asked = new Set<string>();

/** The local resources by their names in the program. */
const readModels = [readModelTable, pipelinesReadModel];
const names: Readonly<Record<string, string>> = {
  "table/events": "ledger-events",
  ...Object.fromEntries(
    readModels.flatMap((name) => [
      [`table/${name}`, "ledger-read-model"],
      [`table/${name}/index/byOwner`, "ledger-read-model/index/byOwner"],
    ]),
  ),
  "rebuilds.fifo": "ledger-rebuilds-requests",
};

beforeEach(() => {
  asked.clear();
  const { refusal } = Iam.prototype;
  vi.spyOn(Iam.prototype, "refusal").mockImplementation(function (
    this: Iam,
    ...[principal, action, resource]
  ) {
    const name = resource.split(":").slice(5).join(":");
    if (principal.arn.includes(":role/")) asked.add(`${action} on ${names[name] ?? name}`);
    return refusal.call(this, principal, action, resource);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a function asks for what its role needs, and for nothing else", () => {
  let surroundings: Surroundings;
  beforeAll(async () => {
    surroundings = await startSurroundings();
  });
  afterAll(() => surroundings.stop());

  const enough = withTime(60_000);
  /** Time for the page that is begun in any case, and for no other. */
  const little = withTime(1_000);

  const project = (...events: readonly StoredEvent[]) =>
    createProjector(surroundings.settings)(
      {
        Records: events.map((event) => ({
          eventName: "INSERT",
          dynamodb: {
            Keys: { streamId: { S: event.streamId }, version: { N: String(event.version) } },
            NewImage: marshall(event),
            SequenceNumber: String(event.version),
          },
        })),
      },
      enough,
    );
  const rebuild = (streamId: string, { again = false, time = enough } = {}) =>
    createRebuilder(surroundings.settings)(
      {
        Records: [
          {
            messageId: "m",
            attributes: { ApproximateReceiveCount: again ? "2" : "1" },
            body: JSON.stringify({ streamId, known: 0 }),
          },
        ],
      },
      time,
    );
  const resume = (accountId: string) => createResumer(surroundings.settings)({ accountId }, enough);

  const history = (streamId: string, deposits: number) =>
    storedIn(streamId, opening(), ...Array.from({ length: deposits }, () => deposit(1)));

  /** Records and projects a stream, and makes its summary one of an earlier release. */
  const leaveBehind = async (events: readonly StoredEvent[]): Promise<void> => {
    await surroundings.record(events);
    await project(...events);
    await surroundings.tables.documents.send(
      new UpdateCommand({
        TableName: readModelTable,
        Key: { pk: `account:${events[0]?.streamId}`, sk: "summary" },
        UpdateExpression: "SET projectionVersion = :earlier",
        ExpressionAttributeValues: { ":earlier": 0 },
      }),
    );
  };

  /** Longer than readers may be at the rows that a rebuild has replaced. */
  const pass = () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  };

  /** What was asked for since it was last looked at; publications reach the API, not IAM. */
  const begin = () => {
    asked.clear();
    surroundings.api.asked.length = 0;
  };
  const askedFor = () => {
    const publishing = surroundings.api.asked.flatMap(({ query }) =>
      query.includes("publishAccountChange(")
        ? ["appsync:GraphQL on ledger-api-graphql/types/Mutation/fields/publishAccountChange"]
        : [`appsync:GraphQL on ${query}`],
    );
    return [...new Set([...asked, ...publishing])].sort();
  };

  it("the projector", async () => {
    const events = history("gap", 249);
    await surroundings.record(events);
    const [first] = events as [StoredEvent];
    begin();
    await project(first);
    // Once more; then one before which others are missing: more than a page of them.
    await project(first);
    await project(...events.slice(-1));
    await project(unreadable({ ...first, streamId: "bad" } as StoredEvent) as StoredEvent);
    expect(askedFor()).toEqual(neededByCode("ledger-projector-role"));
  });

  it("the rebuilder", async () => {
    await leaveBehind(history("old", 120));
    begin();
    await rebuild("old", { time: little });
    await surroundings.record(history("old", 121).slice(-1));
    await rebuild("old");
    pass();
    await rebuild("old", { again: true });
    expect(askedFor()).toEqual(neededByCode("ledger-rebuilder-role"));
  });

  it("the resumer", async () => {
    const events = history("stuck", 3);
    await leaveBehind(events);
    await surroundings.record([unreadable(events[2] as StoredEvent) as StoredEvent]);
    await rebuild("stuck");
    await surroundings.record([...events, ...history("stuck", 4).slice(-1)]);
    begin();
    expect(await resume("stuck")).toMatchObject({ version: 5, processing: "CURRENT" });
    pass();
    await resume("stuck");
    expect(askedFor()).toEqual(neededByCode("ledger-resumer-role"));
  });
});

describe("a data source asks for what its role needs, and for nothing else", () => {
  let pipelines: Pipelines;
  beforeAll(async () => {
    pipelines = await Pipelines.start();
  });
  afterAll(() => pipelines.stop());

  it("the event table's and the read model's, each on its own table", async () => {
    const input = { accountId: "a", commandId: "c", expectedVersion: 0, currency: "EUR" };
    await pipelines.ask("Mutation.openAccount", { input });
    await pipelines.ask("Mutation.openAccount", { input: { ...input, commandId: "d" } });
    await pipelines.ask("Mutation.deposit", {
      input: { accountId: "a", commandId: "e", expectedVersion: 9, amount: "1" },
    });
    await pipelines.putRows([
      { pk: "account:a", sk: "summary", owner: "alice", accountId: "a", generation: 1, version: 1 },
    ]);
    await pipelines.ask("Query.account", { accountId: "a" });
    await pipelines.ask("Query.accounts", {});
    await pipelines.ask("Query.statement", { accountId: "a" });
    await pipelines.ask("Query.suspendedStreams", {}, "operator");
    const of = (table: string) => [...asked].filter((line) => line.includes(` on ${table}`)).sort();
    expect(of("ledger-events")).toEqual(neededByCode("ledger-resolvers-EventTable-role"));
    expect(of("ledger-read-model")).toEqual(neededByCode("ledger-resolvers-ReadModel-role"));
  });
});
