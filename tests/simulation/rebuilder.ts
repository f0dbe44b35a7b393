import type { Functions } from "./functions";
import type { Message } from "./queue";
import type { Release } from "./releases";
import { attemptsWithFaults } from "./requesting";
import type { Watch } from "./watch";
import type { World } from "./world";

/** The function behind the rebuild queue, one invocation after the other. */
export class Rebuilder<State> {
  readonly #world: World;
  readonly #functions: Functions<State>;
  readonly #watch: Watch<State>;

  constructor(world: World, functions: Functions<State>, watch: Watch<State>) {
    this.#world = world;
    this.#functions = functions;
    this.#watch = watch;
  }

  /** One invocation with a message, which rejects when the process dies. */
  async invoke(release: Release<State>, { asks, receives }: Message): Promise<"DONE" | "AGAIN"> {
    const { journal, plan } = this.#world;
    const { streamId, known } = asks;
    const process = this.#world.process(`${release.name}-rebuilder`);
    process.sheltered = receives > attemptsWithFaults;
    journal.count("rebuilderInvocations");
    const again = receives > 1;
    journal.note(process.name, () => `is asked for ${streamId}, known up to ${known}`);
    const invocation = this.#functions.begin(process, release, plan.timeout);
    const before = this.#watch.suspendedAmong([streamId]).get(streamId);
    const work = async () => {
      const answer = await this.#functions.answerRequest<State>({ ...asks, again })(
        invocation.environment,
      )();
      await invocation.finish();
      return answer;
    };
    const answer = await Promise.race([
      work(),
      process.died.then(() => Promise.reject(new Error(`${process.name} died`))),
    ]);
    journal.note(process.name, () => `answers ${answer} about ${streamId}`);
    // Where it has left off, whoever goes on meets the suspended stream.
    if (!invocation.handedOver.has(streamId)) {
      this.#watch.suspensionIsReported(streamId, before, invocation.reports.told);
    }
    return answer;
  }
}
