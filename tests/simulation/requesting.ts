import type { Faults } from "./plan";
import { never, type Process } from "./scheduler";
import type { World } from "./world";

// Requests of a process to a service: they take their time, and any of the plan's faults may come between.

/** Faults do not last for ever: what has been tried so often meets none any more. */
export const attemptsWithFaults = 10;

type Kind = "read" | "write" | "batch" | "transaction";

/** What can happen to a request of each kind, in the order in which it is drawn. */
const fates = {
  read: ["throttled", "crashBeforeRead", "crashAfterRead"],
  write: ["throttled", "crashBefore", "crashAfter", "landsLate", "unanswered", "repeatedWrite"],
  batch: [
    "throttled",
    "crashBefore",
    "crashAfter",
    "landsLate",
    "unanswered",
    "repeatedWrite",
    "leftUndone",
  ],
  transaction: [
    "throttled",
    "conflicted",
    "crashBefore",
    "crashAfter",
    "landsLate",
    "unanswered",
    "repeatedWrite",
  ],
} as const satisfies Record<Kind, ReadonlyArray<keyof Faults>>;

export type Fate = (typeof fates)[Kind][number] | "done";

export type Answer = { readonly output: unknown } | { readonly error: unknown };

/** A request, and what it does where it arrives. */
export interface Asking {
  readonly kind: Kind;
  readonly streamId: string;
  /** In a few words, for the trace. */
  readonly text: () => string;
  readonly perform: (fate: Fate) => Answer;
  /** The error of a service that is busy. */
  readonly refused: (fate: "throttled" | "conflicted") => Error;
  /** Whether an error is the caller's own fault, and comes again whenever it asks. */
  readonly isOwnFault: (error: unknown) => boolean;
}

const drawFate = ({ plan, random }: World, write: number, { kind }: Asking): Fate => {
  if (plan.crashAt !== undefined) {
    if (kind === "read" || write !== plan.crashAt.write) return "done";
    return plan.crashAt.when === "before" ? "crashBefore" : "crashAfter";
  }
  const possible: ReadonlyArray<Exclude<Fate, "done">> = fates[kind];
  return possible.find((fate) => random.chance(plan.faults[fate])) ?? "done";
};

const nextFate = (world: World, process: Process, asking: Asking): Fate => {
  const fate = process.sheltered ? "done" : drawFate(world, world.writes, asking);
  if (asking.kind !== "read") world.writes += 1;
  if (fate !== "done") world.journal.count(fate);
  return fate;
};

const timedOut = () => Object.assign(new Error("socket hang up"), { name: "TimeoutError" });

/** Asks a service. `troubled` gets the stream if the request does not succeed, although it could have. */
export const request = async (
  world: World,
  process: Process,
  troubled: (streamId: string) => void,
  asking: Asking,
): Promise<unknown> => {
  if (!process.alive) return never();
  world.asking(process, asking.streamId);
  const slowness = () =>
    !process.sheltered && world.random.chance(world.plan.faults.slow) ? 400 : 5;
  const fate = nextFate(world, process, asking);
  if (fate !== "done" && fate !== "repeatedWrite") process.faults += 1;
  const note = () => world.journal.note(process.name, () => `${asking.text()}: ${fateTexts[fate]}`);
  if (fate === "crashBefore" || fate === "crashBeforeRead" || fate === "landsLate") {
    note();
    process.kill();
    if (fate !== "landsLate") return never();
  }
  await world.pause(world.network, fate === "landsLate" ? 1_000 : slowness());
  // A request of a process that has died since may be lost on the way, or may not.
  if (!process.alive && fate !== "landsLate" && world.random.chance(0.5)) return never();
  if (fate === "throttled" || fate === "conflicted") {
    note();
    troubled(asking.streamId);
    await world.scheduler.turn(process);
    throw asking.refused(fate);
  }
  const answer = asking.perform(fate);
  const failed = "error" in answer && !asking.isOwnFault(answer.error);
  if (failed) process.lostRaces += 1;
  if (failed || fate === "unanswered" || fate === "leftUndone") troubled(asking.streamId);
  if (fate === "crashAfter" || fate === "crashAfterRead") {
    note();
    process.kill();
  }
  await world.pause(process, slowness());
  if (fate === "unanswered") {
    note();
    throw timedOut();
  }
  if ("error" in answer) throw answer.error;
  return answer.output;
};

const fateTexts: Record<Fate, string> = {
  done: "done",
  throttled: "throttled",
  conflicted: "another transaction is under way",
  crashBefore: "the process dies before it",
  crashBeforeRead: "the process dies before it",
  crashAfter: "the process dies after it",
  crashAfterRead: "the process dies after it",
  landsLate: "the process dies while it is under way",
  unanswered: "the answer is lost",
  repeatedWrite: "the answer is lost, and the SDK repeats it",
  leftUndone: "some of it is left undone",
};
