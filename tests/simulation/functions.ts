import { pipe } from "fp-ts/function";
import * as RA from "fp-ts/ReadonlyArray";
import * as TE from "fp-ts/TaskEither";
import { answerRequest } from "../../core/projection/answer-request";
import type { ProjectionEnvironment, Publisher } from "../../core/projection/ports";
import { projectBatch } from "../../core/projection/project-batch";
import { rebuildStream } from "../../core/projection/rebuild-stream";
import { resumeStream } from "../../core/projection/resume-stream";
import { dynamoEventStore } from "../../lambda/adapters/event-store";
import { dynamoReadModel } from "../../lambda/adapters/read-model";
import { sqsRebuildQueue } from "../../lambda/adapters/rebuild-queue";
import { dynamoRebuildStore } from "../../lambda/adapters/rebuild-store";
import { asDocumentClient, type Client, clientFor } from "./client";
import type { Item } from "./conditions";
import type { PublicationWatch } from "./publication-watch";
import { type Publish, publishFrom, publishingInOrder } from "./publishing";
import type { RebuildQueue } from "./queue";
import type { Release } from "./releases";
import type { Flushing, Newsroom, Reports } from "./reports";
import type { Process } from "./scheduler";
import type { World } from "./world";

// The functions are put together as lambda/adapters/composition.ts does it: the core and the adapters are the real ones.

/** The parts that a wrong projector replaces, in any domain. */
export interface Variant {
  readonly client?: (client: Client) => Client;
  readonly environment?: <State>(
    environment: ProjectionEnvironment<State>,
  ) => ProjectionEnvironment<State>;
  /** Makes a publisher of a publication that may fail. */
  readonly publisher?: (publish: Publish) => Publisher;
  readonly flushing?: Flushing;
  readonly batch?: typeof projectBatch;
  readonly answer?: typeof answerRequest;
  readonly resume?: typeof resumeStream;
  readonly rebuild?: typeof rebuildStream;
  /** How a template tells whether a stored event is the command that it was given. */
  readonly isSameCommand?: (stored: Item, item: Item) => boolean;
}

/** One invocation of a function, or one command of an operator. */
export interface Invocation<State> {
  readonly environment: ProjectionEnvironment<State>;
  /** The streams for which a request did not succeed, although it could have. */
  readonly troubled: ReadonlySet<string>;
  /** The streams that it has left to the rebuilder. */
  readonly handedOver: ReadonlySet<string>;
  readonly reports: Reports;
  /** Ends the invocation once its own work is done. */
  readonly finish: () => Promise<void>;
}

/** Of the time that a function has, so much must be left where another page is begun: as in composition.ts. */
const reserve = 2 / 3;

const flushingAsItShould: Flushing = { atSuspension: true, atEnd: true };

export class Functions<State> {
  readonly projectBatch: typeof projectBatch;
  readonly answerRequest: typeof answerRequest;
  readonly resumeStream: typeof resumeStream;
  readonly rebuildStream: typeof rebuildStream;
  readonly #world: World;
  readonly #publications: PublicationWatch<State>;
  readonly #newsroom: Newsroom;
  readonly #queue: () => RebuildQueue;
  readonly #variant: Variant;

  constructor(
    world: World,
    publications: PublicationWatch<State>,
    newsroom: Newsroom,
    queue: () => RebuildQueue,
    variant: Variant,
  ) {
    this.#world = world;
    this.#publications = publications;
    this.#newsroom = newsroom;
    this.#queue = queue;
    this.#variant = variant;
    this.projectBatch = variant.batch ?? projectBatch;
    this.answerRequest = variant.answer ?? answerRequest;
    this.resumeStream = variant.resume ?? resumeStream;
    this.rebuildStream = variant.rebuild ?? rebuildStream;
  }

  /** Begins an invocation; with a timeout, it is killed when that is over. */
  begin(process: Process, release: Release<State>, timeout?: number): Invocation<State> {
    const { scheduler } = this.#world;
    const troubled = new Set<string>();
    const trouble = (streamId: string) => void troubled.add(streamId);
    if (timeout !== undefined) this.#world.limit(process, timeout);
    const end = timeout === undefined ? Number.POSITIVE_INFINITY : scheduler.now + timeout;
    const publish = publishFrom(this.#world, this.#publications, process);
    const { publisher, finish } = publishingInOrder(this.#world, publish);
    const reports = this.#newsroom.reportsOf(process, this.#variant.flushing ?? flushingAsItShould);
    const handedOver = new Set<string>();
    const rebuildQueue = sqsRebuildQueue(this.#queue().clientFor(process, trouble), "requests");
    const environment: ProjectionEnvironment<State> = {
      ...this.#stores(process, release, trouble),
      projectionVersion: release.rules.projectionVersion,
      fold: release.rules.fold,
      rewind: release.rules.rewind,
      rebuildQueue: {
        request: (streamId, ...asks) => {
          handedOver.add(streamId);
          return rebuildQueue.request(streamId, ...asks);
        },
      },
      publisher: this.#variant.publisher?.(publish) ?? publisher,
      telemetry: reports.telemetry,
      now: this.#world.now,
      hasTime: () => scheduler.now < end - reserve * (timeout ?? 0),
    };
    return {
      environment: this.#variant.environment?.(environment) ?? environment,
      ...{ troubled, handedOver, reports },
      finish: async () => {
        await finish();
        reports.finish();
        this.#newsroom.ended(process);
        this.#publications.ended(process);
        // Whatever it has left undone stays so.
        process.end();
      },
    };
  }

  #stores(
    process: Process,
    { rules, sees }: Release<State>,
    troubled: (streamId: string) => void,
  ): Pick<ProjectionEnvironment<State>, "events" | "readModel" | "rebuilds"> {
    const { journal, events: eventTable, readModel } = this.#world;
    const real = clientFor(this.#world, process, troubled);
    const documents = asDocumentClient(this.#variant.client?.(real) ?? real);
    const events = dynamoEventStore(documents, eventTable.name);
    return {
      events: {
        readAfter: (streamId, version) => {
          journal.count("gapReads");
          return pipe(events.readAfter(streamId, version), TE.map(RA.map(sees)));
        },
      },
      readModel: dynamoReadModel(documents, readModel.name, rules.rows),
      rebuilds: dynamoRebuildStore(documents, readModel.name, rules.rows),
    };
  }
}
