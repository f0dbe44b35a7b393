import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { replaceFile } from "../replace-file";
import type { Position } from "./stream";

/** How far a mapping has come in each shard of its stream. */
export interface Positions {
  /** Whether none was kept: the mapping has not read this stream before. */
  readonly isNew: boolean;
  /** From where to read a shard; undefined where the mapping has not yet seen it. */
  of(shardId: string): Position | undefined;
  set(shardId: string, position: Position): void;
  /** Forgets the shards that the stream no longer lists. */
  retain(shardIds: readonly string[]): void;
  /** Writes down what has changed. */
  flush(): void;
}

interface PositionsFile {
  readonly streamArn: string;
  readonly shards: Readonly<Record<string, Position>>;
}

/** What a kill costs at most: so much comes again that was handled before. */
const writeIntervalMs = 500;

/** Positions that are kept in a file between runs; in memory where none is given. Another stream's are not taken over. */
export function openPositions(streamArn: string, file?: string): Positions {
  const kept = new Map(Object.entries(file === undefined ? {} : readShards(file, streamArn)));
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    if (timer !== undefined && file !== undefined) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const content: PositionsFile = { streamArn, shards: Object.fromEntries(kept) };
      replaceFile(file, JSON.stringify(content));
    }
    timer = undefined;
  };
  const changed = (): void => {
    timer ??= setTimeout(flush, writeIntervalMs).unref();
  };
  return {
    isNew: kept.size === 0,
    of: (shardId) => kept.get(shardId),
    set(shardId, position) {
      kept.set(shardId, position);
      changed();
    },
    retain(shardIds) {
      for (const id of [...kept.keys()].filter((each) => !shardIds.includes(each))) {
        kept.delete(id);
        changed();
      }
    },
    flush,
  };
}

function readShards(file: string, streamArn: string): PositionsFile["shards"] {
  try {
    const content = JSON.parse(readFileSync(file, "utf8")) as PositionsFile;
    return content.streamArn === streamArn ? content.shards : {};
  } catch {
    // None yet, or none that can be read: then all that is in the stream comes again, and nothing is lost.
    return {};
  }
}

/** How far a shard is handled whose records are handled side by side: up to the first one that is not. */
export class Checkpoint {
  /** In the order of the stream. */
  readonly #open: { readonly sequenceNumber: string; done: boolean }[] = [];

  add(sequenceNumber: string): void {
    this.#open.push({ sequenceNumber, done: false });
  }

  /** Notes that these are handled. Returns the last one before which, and with which, everything is, if it is a new one. */
  complete(sequenceNumbers: ReadonlySet<string>): string | undefined {
    for (const record of this.#open) {
      record.done ||= sequenceNumbers.has(record.sequenceNumber);
    }
    const first = this.#open.findIndex(({ done }) => !done);
    return this.#open.splice(0, first === -1 ? this.#open.length : first).at(-1)?.sequenceNumber;
  }
}
