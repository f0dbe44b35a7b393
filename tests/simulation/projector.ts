import { createHash } from "node:crypto";
import * as RA from "fp-ts/ReadonlyArray";
import * as TE from "fp-ts/TaskEither";
import type { ProjectionPorts, Telemetry } from "../../core/projection/ports";
import { projectBatch } from "../../core/projection/project-batch";
import { rebuildStream } from "../../core/projection/rebuild-stream";
import { resumeStream } from "../../core/projection/resume-stream";
import { unavailable } from "../../lambda/adapters/availability";
import { dynamoEventStore } from "../../lambda/adapters/event-store";
import { dynamoReadModel } from "../../lambda/adapters/read-model";
import { deliveriesFrom } from "../../lambda/adapters/stream-records";
import type { StreamRecord } from "./change-stream";
import { asDocumentClient, type Client, clientFor } from "./client";
import type { Release } from "./releases";
import type { Process } from "./scheduler";
import type { Watch } from "./watch";
import { positionOf, type World } from "./world";

// The projector is put together as lambda/projector.ts does it: the core and the adapters are the real ones.

/** What a wrong projector does otherwise than the real one. */
export interface Variant {
  readonly client?: (client: Client) => Client;
  readonly ports?: (ports: ProjectionPorts, client: Client) => ProjectionPorts;
  readonly deliveries?: typeof deliveriesFrom;
  readonly batch?: typeof projectBatch;
  readonly resume?: typeof resumeStream;
  readonly rebuild?: typeof rebuildStream;
}

/** An exception fails the whole batch. */
const everyOne = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<string> =>
  records.map(({ sequenceNumber }) => sequenceNumber);

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

export class Projector {
  readonly resumeStream: typeof resumeStream;
  readonly rebuildStream: typeof rebuildStream;
  readonly #delivered = new Map<string, number[]>();

  constructor(
    private readonly world: World,
    private readonly watch: Watch,
    private readonly variant: Variant,
  ) {
    this.resumeStream = variant.resume ?? resumeStream;
    this.rebuildStream = variant.rebuild ?? rebuildStream;
  }

  /** One invocation with a batch of records, which rejects when the process dies. */
  async invoke(release: Release, records: ReadonlyArray<StreamRecord>): Promise<unknown> {
    const process = this.world.process(`${release.name}-projector`);
    this.#countDeliveries(process, records);
    const troubled = new Set<string>();
    const ports = this.ports(process, release, (streamId) => troubled.add(streamId));
    const failed = await Promise.race([
      this.#project(release, ports, records).catch(() => everyOne(records)),
      process.died.then(() => Promise.reject(new Error(`${process.name} died`))),
    ]);
    this.watch.failuresHaveCauses(release, failed, records, troubled);
    if (failed.length > 0) {
      this.world.journal.note(process.name, () => `reports ${failed.map(Number).join(", ")}`);
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  }

  async #project(
    release: Release,
    ports: ProjectionPorts,
    records: ReadonlyArray<StreamRecord>,
  ): Promise<ReadonlyArray<string>> {
    const decode = this.variant.deliveries ?? deliveriesFrom;
    const deliveries = decode({ Records: records.map(({ event }) => event) });
    const project = this.variant.batch ?? projectBatch;
    return project(
      deliveries.map((delivery) => ({ ...delivery, stored: release.sees(delivery.stored) })),
    )(ports)();
  }

  ports(
    process: Process,
    release: Release,
    troubled: (streamId: string) => void = () => undefined,
  ): ProjectionPorts {
    const real = clientFor(this.world, process, troubled);
    const client = this.variant.client?.(real) ?? real;
    const documents = asDocumentClient(client);
    const events = dynamoEventStore(documents, this.world.events.name);
    const ports: ProjectionPorts = {
      projection: release.projection,
      events: {
        readAfter: (streamId, version) => {
          this.world.journal.count("gapReads");
          return TE.map(RA.map(release.sees))(events.readAfter(streamId, version));
        },
      },
      readModel: dynamoReadModel(documents, this.world.readModel.name),
      publisher: this.#publisher(process),
      telemetry: this.#telemetry(process),
      digest,
      now: this.world.now,
    };
    return this.variant.ports?.(ports, client) ?? ports;
  }

  #publisher(process: Process): ProjectionPorts["publisher"] {
    const { journal, plan, random } = this.world;
    return {
      publish: (change) =>
        TE.tryCatch(async () => {
          const slow = random.chance(plan.faults.notificationSlow);
          if (slow) journal.count("notificationsSlow");
          await this.world.pause(process, slow ? 2_000 : 5);
          if (random.chance(plan.faults.notificationFails)) {
            journal.count("notificationsFailed");
            throw new Error("AppSync answered 503");
          }
          journal.count("notifications");
          this.watch.published(change);
        }, unavailable),
    };
  }

  #telemetry(process: Process): Telemetry {
    const nothing = () => undefined;
    return {
      folded: () => nothing,
      suspended:
        (streamId, { version, reason }) =>
        () =>
          this.world.journal.note(
            process.name,
            () => `suspends ${streamId} at ${version}: ${reason}`,
          ),
      publishFailed: () => nothing,
      streamFailed: () => nothing,
    };
  }

  #countDeliveries({ name }: Process, records: ReadonlyArray<StreamRecord>): void {
    const { journal } = this.world;
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
