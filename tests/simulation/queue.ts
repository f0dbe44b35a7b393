import { type SendMessageCommand, type SQSClient, SQSServiceException } from "@aws-sdk/client-sqs";
import * as E from "fp-ts/Either";
import { type Request, requestFrom } from "../../lambda/adapters/rebuild-queue";
import { request } from "./requesting";
import type { Process } from "./scheduler";
import type { World } from "./world";

/** A message as it lies in the queue. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly asks: Request;
  receives: number;
  visibleAt: number;
}

/** The messages of one stream, in their order. Only the first of them may be in flight. */
interface Group {
  readonly messages: Message[];
  running: boolean;
}

/** As in infra/rebuild-queue.ts. */
export const visibilityTimeoutMs = 60_000;

/** What an invocation answers: whether the message is done with. It rejects when the process dies. */
type Invoke = (message: Message) => Promise<"DONE" | "AGAIN">;

const throttled = (): Error =>
  new SQSServiceException({
    name: "ThrottlingException",
    message: "Rate exceeded",
    $fault: "client",
    $metadata: {},
  });

/**
 * The rebuild queue with its mapping: first in, first out for each stream, at least once. A message that is not done with
 * comes again after its time; one that has come too often goes to the failure queue.
 */
export class RebuildQueue {
  readonly #world: World;
  readonly #invoke: Invoke;
  readonly #giveUp: (asks: Request) => void;
  readonly #groups = new Map<string, Group>();
  #sent = 0;

  constructor(world: World, invoke: Invoke, giveUp: (asks: Request) => void) {
    this.#world = world;
    this.#invoke = invoke;
    this.#giveUp = giveUp;
  }

  /** The queue as one process reaches it. */
  clientFor(process: Process, troubled: (streamId: string) => void = () => undefined): SQSClient {
    const send = ({ input }: SendMessageCommand) => {
      const asks = E.toUnion(requestFrom(input.MessageBody ?? ""));
      if (typeof asks === "string") throw this.#world.journal.violated(`no message: ${asks}`);
      const perform = () => {
        this.#add(input.MessageGroupId ?? "", input.MessageBody ?? "", asks);
        return { output: {} };
      };
      return request(this.#world, process, troubled, {
        kind: "write",
        streamId: asks.streamId,
        text: () => `SendMessage ${asks.streamId} ${asks.known}`,
        // A message that the SDK sends twice has the same deduplication id.
        perform,
        refused: throttled,
        isOwnFault: () => false,
      });
    };
    return { send } as unknown as SQSClient;
  }

  #add(groupId: string, body: string, asks: Request): void {
    this.#sent += 1;
    this.#world.journal.count("requests");
    this.#world.journal.note("rebuild queue", () => `gets ${asks.streamId} ${asks.known}`);
    const group = this.#groups.get(groupId) ?? { messages: [], running: false };
    this.#groups.set(groupId, group);
    group.messages.push({ id: `message-${this.#sent}`, body, asks, receives: 0, visibleAt: 0 });
    if (!group.running) this.#world.start(() => this.#run(group));
  }

  /** Works on the messages of one stream, one after the other. */
  async #run(group: Group): Promise<void> {
    const { scheduler, network } = this.#world;
    group.running = true;
    for (let message = group.messages[0]; message; message = group.messages[0]) {
      const wait = Math.max(0, message.visibleAt - scheduler.now);
      await scheduler.turn(network, wait + this.#world.random.between(0, 50));
      if (await this.#isDone(message)) group.messages.shift();
    }
    group.running = false;
  }

  async #isDone(message: Message): Promise<boolean> {
    const { journal, plan, random, scheduler } = this.#world;
    message.receives += 1;
    if (message.receives > plan.maxReceiveCount) {
      journal.count("requestsGivenUp");
      journal.note("rebuild queue", () => `gives up ${message.asks.streamId}`);
      this.#giveUp(message.asks);
      return true;
    }
    if (message.receives > 1) journal.count("requestsAgain");
    message.visibleAt = scheduler.now + visibilityTimeoutMs;
    const answer = await this.#invoke(message).catch(() => "AGAIN" as const);
    // Delivery is at least once: that a message is done with may get lost.
    return answer === "DONE" && !random.chance(plan.faults.messageAgain);
  }
}
