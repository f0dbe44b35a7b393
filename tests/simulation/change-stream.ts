import type { Sequenced } from "local-aws";
import type { StreamId, Version } from "../../core/projection/identifiers";
import type { Stored } from "./table";
import type { World } from "./world";

/** A change of the event table, in the shape in which the function gets it. */
export interface StreamRecord extends Sequenced {
  readonly streamId: StreamId;
  readonly version: Version;
  readonly event: unknown;
}

interface Change {
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly streamId: StreamId;
  readonly version: Version;
  readonly image: Stored | undefined;
}

/** The records of a shard that are handled one batch after the other. */
interface Lane {
  readonly queue: StreamRecord[];
  running: boolean;
}

interface Shard {
  readonly name: string;
  readonly parent: Shard | undefined;
  readonly lanes: ReadonlyArray<Lane>;
  /** Set when the shard is closed. */
  children: readonly [Shard, Shard] | undefined;
}

const isFinished = (shard: Shard): boolean =>
  shard.children !== undefined &&
  shard.lanes.every(({ queue, running }) => queue.length === 0 && !running) &&
  isReadable(shard);

/** A shard is read after its parent. */
const isReadable = ({ parent }: Shard): boolean => parent === undefined || isFinished(parent);

/** FNV-1a. */
const hashOf = (text: string): number =>
  [...text].reduce(
    (hash, char) => Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0,
    0x811c9dc5,
  );

/**
 * The event table's stream. As on AWS, order is kept among the changes of one item and nowhere else: records are late
 * by chance, and lie on shards that are read beside each other.
 */
export class ChangeStream {
  readonly #world: World;
  readonly #deliver: (records: ReadonlyArray<StreamRecord>) => Promise<void>;
  readonly #roots: ReadonlyArray<Shard>;
  readonly #all: Shard[] = [];
  readonly #arrivals = new Map<string, Promise<void>>();
  readonly #trimmed: (streamId: StreamId) => void;
  #sequence = 0;

  /** `trimmed` gets the streams of records that nobody has read within 24 hours: they are gone without a trace. */
  constructor(
    world: World,
    deliver: (records: ReadonlyArray<StreamRecord>) => Promise<void>,
    trimmed: (streamId: StreamId) => void,
  ) {
    this.#world = world;
    this.#deliver = deliver;
    this.#trimmed = trimmed;
    this.#roots = Array.from({ length: world.plan.shards }, (_, n) => this.#shard(`shard-${n}`));
  }

  add(change: Change): void {
    const item = `${change.streamId}#${change.version}`;
    const earlier = this.#arrivals.get(item) ?? Promise.resolve();
    const arrival = earlier.then(async () => {
      await this.#world.pause(this.#world.network, this.#world.plan.streamDelay);
      if (this.#world.random.chance(this.#world.plan.trimmed)) this.#trim(change);
      else this.#place(item, change);
    });
    this.#arrivals.set(item, arrival);
    this.#world.start(() => arrival);
  }

  /** Closes one of the open shards; later records go to its two children. */
  split(): void {
    const shard = this.#world.random.pickAny(this.#all.filter(({ children }) => !children));
    if (shard === undefined) return;
    shard.children = [this.#shard(`${shard.name}a`, shard), this.#shard(`${shard.name}b`, shard)];
    this.#world.journal.count("shardSplits");
    this.#world.journal.note("stream", () => `${shard.name} splits`);
  }

  #shard(name: string, parent?: Shard): Shard {
    const lanes = Array.from({ length: this.#world.plan.parallelizationFactor }, () => ({
      queue: [],
      running: false,
    }));
    const shard = { name, parent, lanes, children: undefined };
    this.#all.push(shard);
    return shard;
  }

  #trim({ streamId, version }: Change): void {
    this.#world.journal.count("trimmed");
    this.#world.journal.note("stream", () => `loses the record of ${streamId} ${version}`);
    this.#trimmed(streamId);
  }

  #place(item: string, { eventName, streamId, version, image }: Change): void {
    let hash = hashOf(item);
    const choose = <A>(among: ReadonlyArray<A>): A => {
      const chosen = among[hash % among.length];
      hash = Math.floor(hash / among.length);
      if (chosen === undefined) throw new Error("nothing to choose from");
      return chosen;
    };
    let shard = choose(this.#roots);
    while (shard.children !== undefined) shard = choose(shard.children);
    this.#sequence += 1;
    const SequenceNumber = String(this.#sequence).padStart(21, "0");
    const Keys = { streamId: { S: streamId }, version: { N: String(version) } };
    choose(shard.lanes).queue.push({
      sequenceNumber: SequenceNumber,
      streamId,
      version,
      event: { eventName, dynamodb: { Keys, ...(image && { NewImage: image }), SequenceNumber } },
    });
    this.#pump();
  }

  /** Starts every lane that has records and whose shard may be read. */
  #pump(): void {
    for (const shard of this.#all.filter(isReadable)) {
      for (const lane of shard.lanes) {
        if (!lane.running && lane.queue.length > 0) this.#world.start(() => this.#run(lane));
      }
    }
  }

  async #run(lane: Lane): Promise<void> {
    const poller = this.#world.process("poller");
    lane.running = true;
    while (lane.queue.length > 0) {
      await this.#world.pause(poller, this.#world.plan.batchingWindow);
      const records = lane.queue.slice(0, this.#world.plan.batchSize);
      await this.#deliver(records);
      lane.queue.splice(0, records.length);
    }
    lane.running = false;
    this.#pump();
  }
}
