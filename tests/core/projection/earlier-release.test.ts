import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import { describe, expect, it } from "vitest";
import { ledger } from "../../../core/ledger";
import type { Account } from "../../../core/ledger/account";
import { resumeStream } from "../../../core/projection/resume-stream";
import { rowsOf } from "../../../lambda/adapters/rows";
import { deposit, opening, savings, stored } from "../ledger/requests";
import { deliver, workOffRequests, worldWith } from "./delivering";
import { folded, truthOf, type World } from "./memory";

const events = stored(opening(), deposit(1), deposit(2), deposit(3));
const later = { projectionVersion: 2 };

/** A stream of the earlier release, whose summary the later one cannot read: it lacks a column. */
const strange = async (): Promise<World> => {
  const world = worldWith(events);
  await deliver(world, events.slice(0, 3));
  world.unreadable.add("savings");
  return world;
};

describe("a summary of an earlier projection version that this release cannot read", () => {
  it("is rebuilt at the next delivery", async () => {
    const world = await strange();
    expect(await deliver(world, events.slice(3), later)).toEqual(E.right(undefined));
    await workOffRequests(world, later);
    expect(world.view()).toEqual(truthOf(events, "savings", 2, 2));
    expect(world.reported.summariesUnreadable).toEqual([]);
  });

  it("is rebuilt where somebody resumes the stream", async () => {
    const world = await strange();
    const environment = world.environment(later);
    expect(await resumeStream<Account>(savings)(environment)()).toEqual(E.right(undefined));
    expect(world.view()).toEqual(truthOf(events, "savings", 2, 2));
  });
});

describe("a summary of an earlier projection version that this release can read", () => {
  it("keeps the columns that this release does not have where it is marked", () => {
    const { summary } = folded(events);
    const written = rowsOf(ledger).summary(summary);
    const earlier = { ...written, limit: "5" };
    const rows = rowsOf({ ...ledger, projectionVersion: 2 });
    const marked = pipe(
      rows.summaryFrom(earlier),
      E.map((read) => rows.summary({ ...read, rebuilding: true })),
    );
    expect(marked).toEqual(E.right({ ...earlier, processing: "REBUILDING" }));
  });
});
