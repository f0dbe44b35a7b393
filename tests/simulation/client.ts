import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type Command, describe, isBatch, isTransaction, isWrite, partitionOf } from "./commands";
import { conflicted, execute, isInvalid, isLostRace, type Surroundings, throttled } from "./dynamo";
import { type Answer, type Fate, request } from "./requesting";
import type { Process } from "./scheduler";
import type { World } from "./world";

export interface Client {
  readonly send: (command: Command) => Promise<unknown>;
}

/** The adapters use nothing of a document client but `send`. */
export const asDocumentClient = (client: Client) => client as unknown as DynamoDBDocumentClient;

/** With these, a batch may be written in part; its writer learns of it at most that not all is done. */
const isPartial = (fate: Fate): boolean =>
  ["leftUndone", "crashAfter", "landsLate", "unanswered"].includes(fate);

/** A page of the read model has room for a stream's two largest rows, and some more. */
const leastPage = 3;

const surroundings = (world: World, process: Process, fate: Fate): Surroundings => ({
  tables: world.tables,
  now: () => world.scheduler.now,
  past: () => world.scheduler.now - world.random.between(0, 1_000),
  pageSize: (table) =>
    table === world.events ? world.plan.pageSize : Math.max(leastPage, world.plan.pageSize),
  isDone: () => !isPartial(fate) || world.random.chance(0.5),
  written: (table, key, kept, before) => world.tell({ table, key, kept, before, by: process }),
});

/** Executes a command, in one step of the world. */
const attempt = (world: World, process: Process, command: Command, fate: Fate): Answer => {
  const { name } = process;
  try {
    const output = execute(surroundings(world, process, fate), command);
    world.journal.note(name, () => describe(command));
    return { output };
  } catch (error) {
    if (!isLostRace(error) && !isInvalid(error)) throw world.journal.violated(`${name}: ${error}`);
    if (isLostRace(error)) world.journal.count("lostRaces");
    world.journal.note(
      name,
      () => `${describe(command)}: ${isInvalid(error) ? error : "condition failed"}`,
    );
    return { error };
  }
};

const kindOf = (command: Command) => {
  if (isTransaction(command)) return "transaction";
  if (isBatch(command)) return "batch";
  return isWrite(command) ? "write" : "read";
};

/**
 * DynamoDB as one process reaches it. `troubled` gets every stream for which a request did not succeed, although it could
 * have.
 */
export const clientFor = (
  world: World,
  process: Process,
  troubled: (streamId: string) => void = () => undefined,
): Client => ({
  send: async (command) => {
    const output = await request(world, process, troubled, {
      kind: kindOf(command),
      streamId: world.streamOf(partitionOf(command)),
      text: () => describe(command),
      perform: (fate) => {
        const answer = attempt(world, process, command, fate);
        // The SDK sends transactions with a token that makes their repetition harmless.
        return fate !== "repeatedWrite" || isTransaction(command)
          ? answer
          : attempt(world, process, command, fate);
      },
      refused: (fate) => (fate === "throttled" ? throttled(command) : conflicted(command)),
      isOwnFault: isInvalid,
    });
    world.answered(process, command);
    return output;
  },
});
