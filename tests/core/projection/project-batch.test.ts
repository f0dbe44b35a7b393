import fc from "fast-check";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../core/ledger/account";
import type { StreamId } from "../../../core/projection/identifiers";
import { type Delivery, projectBatch } from "../../../core/projection/project-batch";
import { rebuildStream } from "../../../core/projection/rebuild-stream";
import {
  anyRequests,
  deposit,
  opening,
  type Request,
  type StoredEvent,
  storedIn,
  unreadable,
} from "../ledger/requests";
import { workOffRequests } from "./delivering";
import { delivery, type Gate, type ProjectorOptions, truthOf, World } from "./memory";

const project = (world: World, batch: readonly Delivery[], options: ProjectorOptions = {}) =>
  projectBatch<Account>(batch)(world.environment(options))();

const failingFor =
  (streamId: string): Gate =>
  async (_, stream) => {
    if (stream === streamId) throw new Error("throttled");
  };

describe("projectBatch", () => {
  const a = storedIn("a", opening(), deposit(1), deposit(2));
  const b = storedIn("b", opening(), deposit(10));
  const batch = [a[0], b[0], a[1], b[1], a[2]].flatMap((event) => (event ? [delivery(event)] : []));
  const world = (): World => {
    const made = new World();
    made.append([...a, ...b]);
    return made;
  };

  it("moves each summary once, for all of its stream's events together", async () => {
    const w = world();
    expect(await project(w, batch)).toEqual([]);
    expect([w.view("a"), w.view("b")]).toEqual([truthOf(a, "a"), truthOf(b, "b")]);
    expect(w.count("commit")).toBe(2);
  });

  it("asks again for the deliveries of a stream that failed, and for no others", async () => {
    const w = world();
    expect(await project(w, batch, { gate: failingFor("a") })).toEqual(["a#1", "a#2", "a#3"]);
    expect(w.view("b")).toEqual(truthOf(b, "b"));
    expect(w.reported.streamsFailed).toEqual(["a"]);
  });

  it("succeeds for a stream that it suspends: delivering again would not help", async () => {
    const w = world();
    w.put("a", 2, unreadable(a[1] as StoredEvent));
    const withPoison = batch.map((d) => ({ ...d, stored: w.log.get(d.streamId)?.get(d.version) }));
    expect(await project(w, withPoison)).toEqual([]);
    expect([...w.suspendedStreams.keys()]).toEqual(["a"]);
    expect(w.view("b")).toEqual(truthOf(b, "b"));
  });

  it("succeeds for a stream whose summary cannot be read, and reports it: a rebuild reads the events anyway", async () => {
    const w = world();
    w.unreadable.add("a");
    expect(await project(w, batch)).toEqual([]);
    expect(w.reported.summariesUnreadable).toEqual(["a"]);
    expect(w.reported.streamsFailed).toEqual([]);
    expect(w.view("b")).toEqual(truthOf(b, "b"));

    await rebuildStream<Account>("a" as StreamId)(w.environment())();
    expect(w.view("a")).toEqual(truthOf(a, "a"));
  });

  it("accepts any text as a stream's id", async () => {
    const names = ["__proto__", "constructor", "toString"];
    const w = new World();
    const events = names.flatMap((name) => storedIn(name, opening()));
    w.append(events);
    expect(
      await project(
        w,
        events.map((event) => delivery(event)),
      ),
    ).toEqual([]);
    // An event whose stream id is no account's cannot be folded: its stream is suspended, not skipped.
    expect([...w.summaries.keys()].toSorted()).toEqual(names.toSorted());
    expect([...w.suspendedStreams.keys()]).toEqual(["__proto__"]);
  });

  it("works on no more than sixteen streams at a time", async () => {
    const w = new World();
    const events = Array.from({ length: 40 }, (_, i) => storedIn(`s${i}`, opening())).flat();
    w.append(events);
    const busy = new Set<string>();
    let most = 0;
    const countBusy: Gate = async (operation, streamId, moment) => {
      if (operation === "load" && moment === "before") busy.add(streamId);
      most = Math.max(most, busy.size);
      await new Promise(setImmediate);
      if (operation === "commit" && moment === "after") busy.delete(streamId);
    };
    await project(
      w,
      events.map((event) => delivery(event)),
      { gate: countBusy },
    );
    expect(w.summaries.size).toBe(40);
    expect(most).toBe(16);
  });

  it("accepts an empty batch", async () => {
    expect(await project(new World(), [])).toEqual([]);
  });
});

describe("whatever the order, repetition, batches and number of projectors", () => {
  const streams = ["a", "b"];

  /** Deliveries of every event at least once, in any order, cut into batches, dealt to projectors. */
  const anyDeliveries = (requests: readonly (readonly Request[])[]) => {
    const events = requests.flatMap((all, i) => storedIn(streams[i] ?? "", ...all));
    return fc
      .array(fc.constantFrom(...events), { maxLength: 10 })
      .chain((again) => {
        const all = [...events, ...again];
        return fc.shuffledSubarray(all, { minLength: all.length });
      })
      .chain((all) =>
        fc.record({
          events: fc.constant(all),
          batchSizes: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }),
          projectors: fc.integer({ min: 1, max: 3 }),
          poison: fc.option(fc.constantFrom(...events), { freq: 3, nil: undefined }),
        }),
      );
  };

  const anyRun = fc
    .tuple(anyRequests(9), anyRequests(9))
    .chain((requests) => fc.tuple(fc.constant(requests), anyDeliveries(requests), fc.scheduler()));

  const batchesOf = (deliveries: readonly Delivery[], sizes: readonly number[]): Delivery[][] => {
    const batches: Delivery[][] = [];
    for (let first = 0; first < deliveries.length; first += batches.at(-1)?.length ?? 1) {
      batches.push(deliveries.slice(first, first + (sizes[batches.length % sizes.length] ?? 1)));
    }
    return batches;
  };

  /** Delivers a batch as the event source does: it sends those deliveries again that the projector asks for. */
  const deliver = async (world: World, batch: readonly Delivery[], gate: Gate): Promise<void> => {
    let left = batch;
    // Where one projector loses a race another has moved the summary, so as many rounds as there are events are plenty.
    for (let round = 0; left.length > 0; round += 1) {
      expect(round).toBeLessThan(30);
      const failed = await project(world, left, { gate });
      left = left.filter(({ id }) => failed.includes(id));
    }
  };

  it("the read model ends as the fold of the log, every event in it exactly once", async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ([requests, { events, ...run }, scheduler]) => {
        const world = new World();
        const gate: Gate = () => scheduler.schedule(Promise.resolve());
        const storedOf = (event: StoredEvent) =>
          event.streamId === run.poison?.streamId && event.version === run.poison.version
            ? unreadable(event)
            : event;
        const all = requests.map((asked, i) => storedIn(streams[i] ?? "", ...asked));
        // A delivered event has been written, and so have those before it in its stream, but later ones perhaps not.
        const write = (batch: readonly Delivery[]): void => {
          for (const { streamId, version } of batch) {
            const before = all[streams.indexOf(streamId)]?.slice(0, version) ?? [];
            for (const event of before) world.put(streamId, event.version, storedOf(event));
          }
        };
        const batches = batchesOf(
          events.map((event) => delivery(event, storedOf(event))),
          run.batchSizes,
        );
        const projector = async (which: number): Promise<void> => {
          for (const batch of batches.filter((_, i) => i % run.projectors === which)) {
            write(batch);
            await deliver(world, batch, gate);
          }
        };
        const projectors = Array.from({ length: run.projectors }, (_, which) => projector(which));
        await scheduler.waitFor(Promise.all(projectors));
        await workOffRequests(world);

        for (const [i, streamId] of streams.entries()) {
          const stream = (all[i] ?? []).map(storedOf);
          const view = world.view(streamId);
          expect(view).toEqual(truthOf(stream, streamId));
          const published = world.published.filter((change) => change.streamId === streamId);
          const versions = new Set(published.map(({ version }) => version));
          expect([...versions].toSorted((x, y) => x - y)).toEqual(
            Array.from({ length: view.summary?.version ?? 0 }, (_, index) => index + 1),
          );
          expect(moneyIn(view.entries)).toBe(balanceOf(view));
        }
      }),
      { numRuns: 300 },
    );
  });

  const balanceOf = ({ summary }: ReturnType<World["view"]>): bigint =>
    summary !== undefined && O.isSome(summary.opened) ? summary.opened.value.state.balance : 0n;

  /** What was deposited less what was withdrawn. */
  const moneyIn = (entries: ReturnType<World["view"]>["entries"]): bigint =>
    entries
      .filter(({ outcome }) => outcome === "POSTED")
      .reduce((sum, { type, entry }) => {
        const units = BigInt(String(entry.amount ?? 0));
        return type === "WithdrawalRequested" ? sum - units : sum + units;
      }, 0n);
});
