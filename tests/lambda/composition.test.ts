import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import * as E from "fp-ts/Either";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ledger } from "../../core/ledger";
import { noVersion, type Version } from "../../core/projection/identifiers";
import { maxConcurrentStreams } from "../../core/projection/project-batch";
import { compose, projectionClient } from "../../lambda/adapters/composition";
import { dynamoReadModel } from "../../lambda/adapters/read-model";
import { rowsOf } from "../../lambda/adapters/rows";
import { deposit, opening, savings, stored, storedIn } from "../core/ledger/requests";
import { folded } from "../core/projection/memory";
import { withTime } from "./surroundings";

/** The operations that the table was asked for, with their inputs. */
const asked: { readonly operation: string; readonly input: Record<string, unknown> }[] = [];

/** A table that is slow, but answers everything in time. */
const server = createServer(async (request, response) => {
  const body = await text(request);
  const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
  asked.push({ operation, input: JSON.parse(body) });
  await sleep(300);
  response.end("{}");
});

const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("the function's client", () => {
  it("lets no write of a full batch wait for a connection until it counts as unavailable", async () => {
    const client = projectionClient({
      region: "eu-central-1",
      endpoint: endpoint(),
      credentials: { accessKeyId: "id", secretAccessKey: "secret" },
      maxAttempts: 1,
    });
    const readModel = dynamoReadModel(client, "read-model", rowsOf(ledger));
    const streams = Array.from({ length: maxConcurrentStreams }, (_, stream) => {
      const events = storedIn(
        `stream-${stream}`,
        opening(),
        ...Array.from({ length: 25 }, () => deposit(1)),
      );
      return folded(events, `stream-${stream}`).changes;
    });
    const results = await Promise.all(streams.map((changes) => readModel.saveEntries(changes)()));
    expect(results.filter(E.isLeft)).toEqual([]);
    client.destroy();
  });
});

describe("an invocation", () => {
  const settings = {
    eventTable: "events",
    readModel: "read-model",
    rebuildQueueUrl: "http://127.0.0.1:1/rebuilds.fifo",
    graphqlUrl: "http://127.0.0.1:1/graphql",
  };

  const invocation = (milliseconds = 60_000) => {
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", endpoint());
    vi.stubEnv("AWS_ACCESS_KEY_ID", "id");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    return compose(ledger, settings)(withTime(milliseconds)).environment;
  };

  afterEach(() => void vi.unstubAllEnvs());

  it("reads all that it decides by strongly consistently", async () => {
    const { readModel, rebuilds, events } = invocation();
    const { summary } = folded(stored(opening()));
    asked.length = 0;
    await readModel.load(savings)();
    await rebuilds.load(savings)();
    await rebuilds.otherRows(summary)();
    await readModel.undosFrom(summary, 1 as Version)();
    await events.readAfter(savings, noVersion)();
    expect(asked.map(({ operation }) => operation)).toEqual([
      "GetItem",
      "GetItem",
      "Query",
      "Query",
      "Query",
      "Query",
    ]);
    for (const { operation, input } of asked) {
      expect(input, operation).toMatchObject({ ConsistentRead: true });
    }
  });

  it("begins another page of events only if there is time for it, and for what has to be published", () => {
    // 15 seconds to publish, and 5 for a page.
    expect(invocation(20_001).hasTime()).toBe(true);
    expect(invocation(20_000).hasTime()).toBe(false);
  });
});
