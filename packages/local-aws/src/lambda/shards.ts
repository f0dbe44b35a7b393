import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Batch } from "./batch";
import type { Filter } from "./filter";
import { Lane, type LaneSettings, type QueuedRecord } from "./lane";
import type { MappingMeters } from "./mapping-meters";
import { Checkpoint, type Positions } from "./positions";
import {
  type Position,
  type Shard,
  StreamError,
  type StreamReader,
  type StreamRecord,
} from "./stream";

export interface ConsumerOptions extends LaneSettings {
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  readonly parallelizationFactor: number;
  readonly filter: Filter;
  /** Where to go on, and what to keep of how far it has come. */
  readonly positions: Positions;
  /** Handles a batch of a shard. The lane's next batch follows when the promise resolves. */
  readonly handle: (shardId: string, batch: Batch<QueuedRecord>) => Promise<void>;
  readonly meters: Pick<MappingMeters, "now" | "polled" | "pollFailed" | "count">;
  readonly log: (line: string) => void;
  /** Tells of records that nobody handles. */
  readonly warn: (line: string) => void;
}

/** Detects a change within a tenth of a second, at the cost of ten small requests a second per idle shard. */
const pollIntervalMs = 100;
/** How often the list of shards is read while no shard ends. */
const shardDiscoveryIntervalMs = 10_000;
const failurePauseMs = 1_000;
/** Reading pauses above this number; further records wait in the stream. */
const maxPendingRecords = 2_000;

const fromBeginning: Position = { ShardIteratorType: "TRIM_HORIZON" };

/** Reads a stream until the signal aborts: shards in parallel, but children after their parents. */
export async function consume(
  reader: StreamReader,
  options: ConsumerOptions,
  signal: AbortSignal,
): Promise<void> {
  const started = new Map<string, Promise<void>>();
  const finished = new Set<string>();
  const { positions } = options;
  let isFirst = positions.isNew && options.startingPosition === "LATEST";
  while (!signal.aborted) {
    const shards = await retryUntilSuccess(() => reader.shards(), options, signal);
    if (isFirst) {
      for (const shard of shards) {
        positions.set(shard.ShardId, latestOf(shard));
      }
    }
    isFirst = false;
    positions.retain(shards.map((shard) => shard.ShardId));
    for (const shard of readyShards(shards, started, finished)) {
      const { ShardId: id } = shard;
      const running = consumeShard(reader, id, options, signal).then(() => {
        finished.add(id);
        started.delete(id);
      });
      started.set(id, running);
    }
    await Promise.race([
      ...started.values(),
      sleep(shardDiscoveryIntervalMs, undefined, { signal, ref: false }),
    ]);
  }
}

/** The shards that may be read now: not started, and without a parent that is unfinished. */
function readyShards(
  shards: readonly Shard[],
  started: { has(id: string): boolean },
  finished: { has(id: string): boolean },
): readonly Shard[] {
  // A parent that is no longer listed was trimmed with all its records.
  const listed = new Set(shards.map((shard) => shard.ShardId));
  return shards.filter(
    ({ ShardId: id, ParentShardId: parent }) =>
      !started.has(id) &&
      !finished.has(id) &&
      (parent === undefined || !listed.has(parent) || finished.has(parent)),
  );
}

/** Behind all that is in the shard now. */
function latestOf({ SequenceNumberRange: range }: Shard): Position {
  return range?.EndingSequenceNumber === undefined
    ? { ShardIteratorType: "LATEST" }
    : after(range.EndingSequenceNumber);
}

function after(SequenceNumber: string): Position {
  return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber };
}

async function consumeShard(
  reader: StreamReader,
  shardId: string,
  options: ConsumerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { positions } = options;
  const checkpoint = new Checkpoint();
  const complete = (sequenceNumbers: readonly string[]): void => {
    const handled = checkpoint.complete(new Set(sequenceNumbers));
    if (handled !== undefined) {
      positions.set(shardId, after(handled));
    }
  };
  const lanes = Array.from(
    { length: options.parallelizationFactor },
    () =>
      new Lane(options, async (batch) => {
        await options.handle(shardId, batch);
        complete(batch.records.map(({ sequenceNumber }) => sequenceNumber));
      }),
  );
  const newIterator = (): Promise<string> =>
    retryUntilSuccess(
      () =>
        reader.iterator(shardId, position).catch((error: unknown) => {
          if (!(error instanceof StreamError && error.type === "TrimmedDataAccessException")) {
            throw error;
          }
          options.warn(`records of ${shardId} have left the stream before they were read`);
          position = fromBeginning;
          return reader.iterator(shardId, position);
        }),
      options,
      signal,
    );

  // A shard that comes up later is read from its beginning.
  let position = positions.of(shardId) ?? fromBeginning;
  let iterator: string | undefined = await newIterator();
  while (iterator !== undefined && !signal.aborted) {
    const read = await readOnce(reader, iterator, options, signal);
    if (read === "renew") {
      iterator = await newIterator();
      continue;
    }
    options.meters.polled(read.records.length);
    const filteredOut: string[] = [];
    for (const record of read.records) {
      const { SequenceNumber } = record.dynamodb;
      position = after(SequenceNumber);
      checkpoint.add(SequenceNumber);
      const event = { ...record, eventSourceARN: reader.streamArn };
      if (options.filter(event)) {
        lanes[laneOf(record, lanes.length)]?.add(toQueuedRecord(event, options.meters.now()));
      } else {
        filteredOut.push(SequenceNumber);
      }
    }
    complete(filteredOut);
    if (read.records.length > 0) {
      options.meters.count("FilteredOutEventCount", filteredOut.length);
    }
    for (const lane of lanes) {
      lane
        .run(signal)
        .catch((error: unknown) => signal.aborted || options.log(`a lane failed: ${error}`));
    }
    iterator = read.next;
    const pending = (): number => lanes.reduce((sum, lane) => sum + lane.pending, 0);
    if (read.records.length === 0) {
      await sleep(pollIntervalMs, undefined, { signal });
    }
    while (pending() > maxPendingRecords) {
      await sleep(pollIntervalMs, undefined, { signal });
    }
  }
  await Promise.all(lanes.map((lane) => lane.run(signal)));
}

/** Reads the next records. Returns "renew" if a new iterator is needed: AWS's expire after 15 minutes. */
async function readOnce(
  reader: StreamReader,
  iterator: string,
  options: ConsumerOptions,
  signal: AbortSignal,
): Promise<{ records: readonly StreamRecord[]; next: string | undefined } | "renew"> {
  const expired = ["ExpiredIteratorException", "TrimmedDataAccessException"];
  return retryUntilSuccess(
    () =>
      reader.records(iterator).catch((error: unknown) => {
        if (error instanceof StreamError && expired.includes(error.type)) {
          return "renew" as const;
        }
        throw error;
      }),
    options,
    signal,
  );
}

/** Retries until success: a mapping survives throttling, network errors and permissions granted late. */
async function retryUntilSuccess<T>(
  attempt: () => Promise<T>,
  { log, meters }: ConsumerOptions,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      meters.pollFailed();
      log(`cannot read the stream, retrying: ${error instanceof Error ? error.message : error}`);
      await sleep(failurePauseMs, undefined, { signal });
    }
  }
}

/** Lambda preserves the order of the records of one item, identified by its whole primary key. */
function laneOf(record: StreamRecord, lanes: number): number {
  const keys = JSON.stringify(Object.entries(record.dynamodb.Keys).sort());
  return createHash("md5").update(keys).digest().readUInt32BE() % lanes;
}

function toQueuedRecord(event: StreamRecord, now: number): QueuedRecord {
  const readAt = Date.now();
  const { SequenceNumber, ApproximateCreationDateTime } = event.dynamodb;
  // DynamoDB Local rounds down to the minute; without a correction a new record could look a minute old.
  const writtenAt = Math.min(readAt, (ApproximateCreationDateTime + 60) * 1000);
  return {
    sequenceNumber: SequenceNumber,
    event,
    size: JSON.stringify(event).length,
    writtenAt,
    readAt,
    agedFrom: now - (readAt - writtenAt),
  };
}
