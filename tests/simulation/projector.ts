import { pipe } from "fp-ts/function";
import * as RA from "fp-ts/ReadonlyArray";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import type { ProjectionEnvironment, Publisher, Telemetry } from "../../core/projection/ports";
import { projectBatch } from "../../core/projection/project-batch";
import { rebuildStream } from "../../core/projection/rebuild-stream";
import { resumeStream } from "../../core/projection/resume-stream";
import type { Change } from "../../core/projection/summary";
import { call } from "../../lambda/adapters/availability";
import { dynamoEventStore } from "../../lambda/adapters/event-store";
import { dynamoReadModel } from "../../lambda/adapters/read-model";
import { deliveriesFrom } from "../../lambda/adapters/stream-records";
import type { StreamRecord } from "./change-stream";
import { asDocumentClient, type Client, clientFor } from "./client";
import type { Release } from "./releases";
import type { Process } from "./scheduler";
import type { Simulated } from "./simulated";
import type { Watch } from "./watch";
import { positionOf, type World } from "./world";

// The projector is put together as lambda/adapters/composition.ts does it: the core and the adapters are the real ones.

/** The parts that a wrong projector replaces, in any domain. */
export interface Variant {
  readonly client?: (client: Client) => Client;
  readonly environment?: <State>(
    environment: ProjectionEnvironment<State>,
  ) => ProjectionEnvironment<State>;
  /** Makes a publisher of a publication that may fail. */
  readonly publisher?: (publish: (change: Change) => Promise<void>) => Publisher;
  readonly batch?: typeof projectBatch;
  readonly resume?: typeof resumeStream;
  readonly rebuild?: typeof rebuildStream;
}

/** An exception fails the whole batch. */
const everyOne = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<string> =>
  records.map(({ sequenceNumber }) => sequenceNumber);

export class Projector<State> {
  readonly resumeStream: typeof resumeStream;
  readonly rebuildStream: typeof rebuildStream;
  readonly #world: World;
  readonly #simulated: Simulated<State>;
  readonly #watch: Watch<State>;
  readonly #variant: Variant;
  readonly #delivered = new Map<string, number[]>();

  constructor(world: World, simulated: Simulated<State>, watch: Watch<State>, variant: Variant) {
    this.#world = world;
    this.#simulated = simulated;
    this.#watch = watch;
    this.#variant = variant;
    this.resumeStream = variant.resume ?? resumeStream;
    this.rebuildStream = variant.rebuild ?? rebuildStream;
  }

  /** One invocation with a batch of records, which rejects when the process dies. */
  async invoke(release: Release, records: ReadonlyArray<StreamRecord>): Promise<unknown> {
    const process = this.#world.process(`${release.name}-projector`);
    this.#countDeliveries(process, records);
    const troubled = new Set<string>();
    const reported = new Set<string>();
    const suspended = this.#watch.suspendedAmong(records);
    const environment = this.environment(
      process,
      release,
      (streamId) => troubled.add(streamId),
      (streamId) => reported.add(streamId),
    );
    const failed = await Promise.race([
      this.#project(release, environment, records).catch(() => everyOne(records)),
      process.died.then(() => Promise.reject(new Error(`${process.name} died`))),
    ]);
    this.#watch.failuresHaveCauses(release, failed, records, troubled);
    // A record of an event that was mended brings nothing to fold, so its stream is not met.
    const insertions = records.filter(
      ({ event }) => deliveriesFrom({ Records: [event] }).length > 0,
    );
    this.#watch.suspensionsAreReported(suspended, failed, insertions, reported);
    if (failed.length > 0) {
      this.#world.journal.note(process.name, () => `reports ${failed.map(Number).join(", ")}`);
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  }

  environment(
    process: Process,
    release: Release,
    troubled: (streamId: string) => void = () => undefined,
    reported: (streamId: string) => void = () => undefined,
  ): ProjectionEnvironment<State> {
    const { client: wrongClient, environment: wrong } = this.#variant;
    const real = clientFor(this.#world, process, troubled);
    const documents = asDocumentClient(wrongClient?.(real) ?? real);
    const events = dynamoEventStore(documents, this.#world.events.name);
    const environment: ProjectionEnvironment<State> = {
      projectionVersion: release.projectionVersion,
      fold: this.#simulated.fold,
      events: {
        readAfter: (streamId, version) => {
          this.#world.journal.count("gapReads");
          return pipe(events.readAfter(streamId, version), TE.map(RA.map(release.sees)));
        },
      },
      readModel: dynamoReadModel(documents, this.#world.readModel.name, this.#simulated.rows),
      publisher: this.#publisher(process),
      telemetry: this.#telemetry(process, reported),
      now: this.#world.now,
    };
    return wrong?.(environment) ?? environment;
  }

  async #project(
    release: Release,
    environment: ProjectionEnvironment<State>,
    records: ReadonlyArray<StreamRecord>,
  ): Promise<ReadonlyArray<string>> {
    const deliveries = deliveriesFrom({ Records: records.map(({ event }) => event) });
    const project = this.#variant.batch ?? projectBatch;
    return project<State>(
      deliveries.map((delivery) => ({ ...delivery, stored: release.sees(delivery.stored) })),
    )(environment)();
  }

  #publisher(process: Process): Publisher {
    const { journal, plan, random } = this.#world;
    const publish = async (change: Change): Promise<void> => {
      const slow = random.chance(plan.faults.publishSlow);
      if (slow) journal.count("publishesSlow");
      await this.#world.pause(process, slow ? 2_000 : 5);
      if (random.chance(plan.faults.publishFails)) throw new Error("AppSync answered 503");
      journal.count("published");
      this.#watch.published(change);
    };
    // As the adapter has it: a failed publication is reported, and its change is dropped.
    const reporting: Publisher = {
      publish: (changes) =>
        pipe(
          changes,
          T.traverseSeqArray((change) =>
            pipe(
              call(() => publish(change)),
              TE.getOrElse(() => async () => journal.count("publishesFailed")),
            ),
          ),
          T.asUnit,
        ),
    };
    return this.#variant.publisher?.(publish) ?? reporting;
  }

  #telemetry(process: Process, reported: (streamId: string) => void): Telemetry {
    const nothing = () => undefined;
    return {
      folded: () => nothing,
      suspended:
        (streamId, { version, reason }) =>
        () => {
          reported(streamId);
          this.#world.journal.note(
            process.name,
            () => `reports ${streamId} as suspended at ${version}: ${reason}`,
          );
        },
      summaryUnreadable: () => nothing,
      streamFailed: () => nothing,
    };
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
