import { deliveriesFrom } from "../../lambda/adapters/stream-records";
import type { StreamRecord } from "./change-stream";
import type { Functions, Invocation } from "./functions";
import type { PublicationWatch } from "./publication-watch";
import type { Release } from "./releases";
import type { Process } from "./scheduler";
import type { Watch } from "./watch";
import { positionOf, type World } from "./world";

/** An exception fails the whole batch. */
const everyOne = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<string> =>
  records.map(({ sequenceNumber }) => sequenceNumber);

/** The function behind the event table's stream, one invocation after the other. */
export class Projector<State> {
  readonly #world: World;
  readonly #functions: Functions<State>;
  readonly #watch: Watch<State>;
  readonly #publications: PublicationWatch<State>;
  readonly #delivered = new Map<string, number[]>();

  constructor(
    world: World,
    functions: Functions<State>,
    watch: Watch<State>,
    publications: PublicationWatch<State>,
  ) {
    this.#world = world;
    this.#functions = functions;
    this.#watch = watch;
    this.#publications = publications;
  }

  /** One invocation with a batch of records, which rejects when the process dies. */
  async invoke(release: Release<State>, records: ReadonlyArray<StreamRecord>): Promise<unknown> {
    const process = this.#world.process(`${release.name}-projector`);
    this.#countDeliveries(process, records);
    const invocation = this.#functions.begin(process, release, this.#world.plan.timeout);
    const suspended = this.#watch.suspendedAmong(records.map(({ streamId }) => streamId));
    const failed = await Promise.race([
      this.#project(release, invocation, records),
      process.died.then(() => Promise.reject(new Error(`${process.name} died`))),
    ]);
    const { troubled, handedOver, reports } = invocation;
    this.#watch.failuresHaveCauses(failed, records, troubled);
    for (const record of records) {
      if (!failed.includes(record.sequenceNumber)) this.#publications.delivered(record);
    }
    // A record of an event that was mended brings nothing to fold, so its stream is not met.
    const insertions = records.filter(
      ({ streamId, event, sequenceNumber }) =>
        deliveriesFrom({ Records: [event] }).length > 0 &&
        !failed.includes(sequenceNumber) &&
        !handedOver.has(streamId),
    );
    for (const record of insertions) {
      const { streamId } = record;
      this.#watch.suspensionIsReported(streamId, suspended.get(streamId), reports.told);
      this.#publications.answeredFor(process, release, record, reports.told);
    }
    if (failed.length > 0) {
      this.#world.journal.note(process.name, () => `reports ${failed.map(Number).join(", ")}`);
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  }

  async #project(
    { sees }: Release<State>,
    { environment, finish }: Invocation<State>,
    records: ReadonlyArray<StreamRecord>,
  ): Promise<ReadonlyArray<string>> {
    try {
      const deliveries = deliveriesFrom({ Records: records.map(({ event }) => event) });
      const failed = await this.#functions.projectBatch<State>(
        deliveries.map((delivery) => ({ ...delivery, stored: sees(delivery.stored) })),
      )(environment)();
      await finish();
      return failed;
    } catch {
      return everyOne(records);
    }
  }

  #countDeliveries({ name }: Process, records: ReadonlyArray<StreamRecord>): void {
    const { journal } = this.#world;
    journal.count("invocations");
    journal.count("deliveries", records.length);
    journal.note(name, () => {
      const batch = records.map((record) => positionOf(record.streamId, record.version));
      return `gets ${batch.join(" ")}`;
    });
    for (const { streamId, version } of records) {
      const before = this.#delivered.get(streamId) ?? [];
      if (before.includes(version)) journal.count("duplicates");
      if (before.some((other) => other > version)) journal.count("outOfOrder");
      this.#delivered.set(streamId, [...before, version]);
    }
  }
}
