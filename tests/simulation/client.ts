import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import {
  type Command,
  describe,
  execute,
  isLostRace,
  isTransaction,
  isWrite,
  type Surroundings,
  streamOf,
  throttled,
} from "./dynamo";
import type { Faults } from "./plan";
import { never, type Process } from "./scheduler";
import type { World } from "./world";

/** A write is done, or one of these happens. */
const writeFates = [
  "throttled",
  "crashBefore",
  "crashAfter",
  "landsLate",
  "unanswered",
  "repeatedWrite",
] as const satisfies ReadonlyArray<keyof Faults>;
type Fate = (typeof writeFates)[number] | "done";

export interface Client {
  readonly send: (command: Command) => Promise<unknown>;
}

/** The adapters use nothing of a document client but `send`. */
export const asDocumentClient = (client: Client) => client as unknown as DynamoDBDocumentClient;

const drawFate = ({ plan, random }: World, write: number, command: Command): Fate => {
  if (plan.crashAt !== undefined) {
    if (!isWrite(command) || write !== plan.crashAt.write) return "done";
    return plan.crashAt.when === "before" ? "crashBefore" : "crashAfter";
  }
  const possible = isWrite(command) ? writeFates : (["throttled"] as const);
  return possible.find((fate) => random.chance(plan.faults[fate])) ?? "done";
};

const nextFate = (world: World, process: Process, command: Command): Fate => {
  const fate = process.sheltered ? "done" : drawFate(world, world.writes, command);
  if (isWrite(command)) world.writes += 1;
  if (fate !== "done") world.journal.count(fate);
  return fate;
};

const surroundings = (world: World): Surroundings => ({
  tables: world.tables,
  now: () => world.scheduler.now,
  past: () => world.scheduler.now - world.random.between(0, 1_000),
  pageSize: world.plan.pageSize,
  written: (table, key, item, before) => {
    for (const listener of world.listeners) listener({ table, key, item, before });
  },
});

type Answer = { readonly output: unknown } | { readonly error: unknown };

/** Executes a command, in one step of the world. */
const attempt = (world: World, who: string, command: Command): Answer => {
  try {
    const output = execute(surroundings(world), command);
    world.journal.note(who, () => describe(command));
    return { output };
  } catch (error) {
    if (!isLostRace(error)) throw world.journal.violated(`${who}: ${error}`);
    world.journal.count("lostRaces");
    world.journal.note(who, () => `${describe(command)}: condition failed`);
    return { error };
  }
};

/**
 * DynamoDB as one process reaches it: requests and answers take their time, and any of the plan's faults may come
 * between. `troubled` gets every stream for which a request did not succeed.
 */
export const clientFor = (
  world: World,
  process: Process,
  troubled: (streamId: string) => void = () => undefined,
): Client => {
  const slowness = () => (world.random.chance(world.plan.faults.slow) ? 400 : 5);
  const note = (command: Command, fate: Fate) =>
    world.journal.note(process.name, () => `${describe(command)}: ${fateTexts[fate]}`);

  const perform = (command: Command, fate: Fate): Answer => {
    const answer = attempt(world, process.name, command);
    if (fate !== "repeatedWrite") return answer;
    note(command, fate);
    // The SDK sends transactions with a token that makes their repetition harmless.
    return isTransaction(command) ? answer : attempt(world, process.name, command);
  };

  return {
    send: async (command) => {
      if (!process.alive) return never();
      const fate = nextFate(world, process, command);
      if (fate === "crashBefore" || fate === "landsLate") {
        note(command, fate);
        process.kill();
        if (fate === "crashBefore") return never();
      }
      await world.pause(world.network, fate === "landsLate" ? 1_000 : slowness());
      // A request of a process that has died since may be lost on the way, or may not.
      if (!process.alive && fate !== "landsLate" && world.random.chance(0.5)) return never();
      if (fate === "throttled") {
        note(command, fate);
        troubled(streamOf(command));
        await world.scheduler.turn(process);
        throw throttled(command);
      }
      const answer = perform(command, fate);
      if ("error" in answer || fate === "unanswered") troubled(streamOf(command));
      if (fate === "crashAfter") {
        note(command, fate);
        process.kill();
      }
      await world.pause(process, slowness());
      if (fate === "unanswered") {
        note(command, fate);
        throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
      }
      if ("error" in answer) throw answer.error;
      return answer.output;
    },
  };
};

const fateTexts: Record<Fate, string> = {
  done: "done",
  throttled: "throttled",
  crashBefore: "the process dies before it",
  crashAfter: "the process dies after it",
  landsLate: "the process dies while it is under way",
  unanswered: "the answer is lost",
  repeatedWrite: "the answer is lost, and the SDK repeats it",
};
