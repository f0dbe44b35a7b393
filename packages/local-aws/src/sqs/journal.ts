import { closeSync, fdatasyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { replaceFile } from "../replace-file";
import { UsageError } from "../usage-error";
import type { Message } from "./message";

/** What is kept of a queue. */
export interface Kept {
  /** In the order in which they came. */
  readonly messages: readonly Message[];
  /** Messages that are deleted, and whose deduplication ids still count. */
  readonly deleted: readonly Message[];
  /** The number of the next message of a FIFO queue. */
  readonly nextSequenceNumber: string;
}

/** A line of the file. */
type Entry =
  | { readonly next: string }
  | { readonly put: Message }
  | ({ readonly received: string } & Received)
  | { readonly gone: readonly string[] };

type Received = Pick<
  Message,
  "receiveCount" | "receivedHere" | "firstReceivedAt" | "lastReceivedAt"
>;

/** The file is written anew where it has this many entries more than there are messages. */
const mostSpareEntries = 10_000;

/**
 * Keeps a queue's messages in a file, to which every change is appended. A message that was sent is on the disk before its
 * sender has the answer. Where the rest gets lost in a crash, a message comes again, as it may always do.
 */
export class Journal {
  readonly #file: string;
  #descriptor = -1;
  #entries = 0;

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#file = file;
  }

  /** What the file has. A last line that a crash has cut off was never acknowledged. */
  read(): Kept | undefined {
    const lines = this.#text().split("\n").slice(0, -1);
    const messages = new Map<string, Message>();
    const deleted: Message[] = [];
    let nextSequenceNumber: string | undefined;
    for (const [index, line] of lines.entries()) {
      const entry = this.#parse(line, index + 1);
      if ("next" in entry) {
        nextSequenceNumber = entry.next;
      } else if ("put" in entry) {
        const { put } = entry;
        // What was in flight when the stack ended is visible again: nobody is left who could delete it.
        messages.set(put.id, { ...put, receiptHandle: undefined, visibleAt: put.enqueuedAt });
        if (put.sequenceNumber !== undefined) {
          nextSequenceNumber = String(BigInt(put.sequenceNumber) + 1n);
        }
      } else if ("received" in entry) {
        const { received, ...counts } = entry;
        Object.assign(messages.get(received) ?? {}, counts);
      } else {
        for (const id of entry.gone) {
          deleted.push(...[messages.get(id) ?? []].flat());
          messages.delete(id);
        }
      }
    }
    return nextSequenceNumber === undefined
      ? undefined
      : { messages: [...messages.values()], deleted, nextSequenceNumber };
  }

  /** Gives the file what is kept, and nothing else. */
  rewrite({ messages, deleted, nextSequenceNumber }: Kept): void {
    this.close();
    const entries: readonly Entry[] = [
      ...[...deleted, ...messages].map((put) => ({ put })),
      { gone: deleted.map(({ id }) => id) },
      { next: nextSequenceNumber },
    ];
    replaceFile(this.#file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    this.#descriptor = openSync(this.#file, "a", 0o600);
    this.#entries = 0;
  }

  get isLong(): boolean {
    return this.#entries > mostSpareEntries;
  }

  put(message: Message): void {
    this.#append({ put: message });
    fdatasyncSync(this.#descriptor);
  }

  received(messages: readonly Message[]): void {
    for (const { id, receiveCount, receivedHere, firstReceivedAt, lastReceivedAt } of messages) {
      const counts = { receiveCount, receivedHere, firstReceivedAt, lastReceivedAt };
      this.#append({ received: id, ...counts });
    }
  }

  gone(messages: readonly Message[]): void {
    if (messages.length > 0) {
      this.#append({ gone: messages.map(({ id }) => id) });
    }
  }

  close(): void {
    if (this.#descriptor !== -1) {
      closeSync(this.#descriptor);
      this.#descriptor = -1;
    }
  }

  #append(entry: Entry): void {
    writeSync(this.#descriptor, `${JSON.stringify(entry)}\n`);
    this.#entries += 1;
  }

  #text(): string {
    try {
      return readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        throw error;
      }
      return "";
    }
  }

  #parse(line: string, number: number): Entry {
    try {
      return JSON.parse(line) as Entry;
    } catch {
      throw new UsageError(
        `${this.#file} cannot be used: line ${number} is damaged. Remove that line, whose message is lost, or choose another --data directory.`,
      );
    }
  }
}
