import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createHandler as createProjector } from "../../lambda/projector";
import { createHandler as createRebuilder } from "../../lambda/rebuilder";
import { createHandler as createResumer } from "../../lambda/resumer";
import { deposit, opening, type StoredEvent, storedIn } from "../core/ledger/requests";
import { type Surroundings, startSurroundings, withTime } from "./surroundings";

// How an invocation ends, whichever function it is of.

// Read when the module is loaded. Powertools then writes to the console that a test can replace, not to one of its own.
vi.hoisted(() => {
  Object.assign(process.env, {
    POWERTOOLS_DEV: "true",
    POWERTOOLS_METRICS_DISABLED: "false",
    POWERTOOLS_SERVICE_NAME: "function",
    POWERTOOLS_METRICS_NAMESPACE: "EventLedger",
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
});

let surroundings: Surroundings;

beforeAll(async () => {
  surroundings = await startSurroundings();
});
afterAll(() => surroundings.stop());
afterEach(() => {
  vi.restoreAllMocks();
});

/** The metrics that an invocation has written when it ends. */
const metricsOf = async (invoke: () => Promise<unknown>) => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  await invoke();
  return lines.map((line) => JSON.parse(line));
};

const enough = withTime(60_000);

const record = (event: StoredEvent) => ({
  eventName: "INSERT",
  dynamodb: {
    Keys: { streamId: { S: event.streamId }, version: { N: String(event.version) } },
    NewImage: marshall(event),
    SequenceNumber: String(event.version),
  },
});

describe("each function writes out its metrics, those of its publications included, when it ends", () => {
  const invocations: Readonly<
    Record<string, (events: readonly StoredEvent[]) => Promise<unknown>>
  > = {
    projector: (events) =>
      createProjector(surroundings.settings)({ Records: events.map(record) }, enough),
    resumer: async (events) => {
      await createProjector(surroundings.settings)(
        { Records: events.slice(0, 1).map(record) },
        enough,
      );
      return createResumer(surroundings.settings)({ accountId: events[0]?.streamId }, enough);
    },
    rebuilder: (events) =>
      createRebuilder(surroundings.settings)(
        {
          Records: [
            {
              messageId: "m",
              attributes: { ApproximateReceiveCount: "1" },
              body: JSON.stringify({ streamId: events[0]?.streamId, known: events.length }),
            },
          ],
        },
        enough,
      ),
  };

  it.each(Object.entries(invocations))("the %s", async (name, invoke) => {
    const events = storedIn(name, opening(), deposit(1), deposit(1));
    await surroundings.record(events);
    surroundings.api.answer = { status: 500, body: "down" };
    // Longer than what a function does after it has published.
    surroundings.api.delayMs = 500;
    const metrics = await metricsOf(() => invoke(events));
    expect(metrics.at(-1)).toMatchObject({
      EventsFolded: name === "resumer" ? 2 : 3,
      StreamsFailed: 0,
      PublishesFailed: name === "resumer" ? [0, 1, 1] : [0, 1, 1, 1],
    });
  });
});
