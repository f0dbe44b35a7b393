import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as E from "fp-ts/Either";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledger } from "../../core/ledger";
import { maxConcurrentStreams } from "../../core/projection/project-batch";
import { projectionClient } from "../../lambda/adapters/composition";
import { dynamoReadModel } from "../../lambda/adapters/read-model";
import { rowsOf } from "../../lambda/adapters/rows";
import { deposit, opening, storedIn } from "../core/ledger/requests";
import { folded } from "../core/projection/memory";

/** A table that is slow, but answers every write in time. */
const server = createServer(async (request, response) => {
  request.resume();
  await once(request, "end");
  await sleep(300);
  response.end("{}");
});

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("the function's client", () => {
  it("lets no write of a full batch wait for a connection until it counts as unavailable", async () => {
    const { port } = server.address() as AddressInfo;
    const client = projectionClient({
      region: "eu-central-1",
      endpoint: `http://127.0.0.1:${port}`,
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
