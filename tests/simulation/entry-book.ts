import type { StreamId, StreamVersion, Version } from "../../core/projection/identifiers";
import type { RowSet } from "../../core/projection/summary";
import type { Expectations } from "./expectations";

export const nameOf = (streamId: unknown, { projectionVersion, generation }: RowSet): string =>
  `${streamId} ${projectionVersion}.${generation}`;

interface Page {
  readonly right: Set<number>;
  /** Up to this version nothing is missing. */
  complete: number;
}

/** Which entries of which set of rows are there, and right. */
export class EntryBook<State> {
  readonly #expectations: Expectations<State>;
  readonly #pages = new Map<string, Page>();

  constructor(expectations: Expectations<State>) {
    this.#expectations = expectations;
  }

  put(streamId: StreamId, set: RowSet, version: number): void {
    this.#page(streamId, set).right.add(version);
  }

  remove(streamId: StreamId, set: RowSet, version: number): void {
    const page = this.#page(streamId, set);
    page.right.delete(version);
    page.complete = Math.min(page.complete, version - 1);
  }

  /** The first entry up to `version` that is missing. */
  missing(streamId: StreamId, set: RowSet, version: StreamVersion): number | undefined {
    const page = this.#page(streamId, set);
    while (page.complete < version) {
      const next = (page.complete + 1) as Version;
      const hasNone = this.#expectations.at(streamId, next, set).change.opening;
      if (!hasNone && !page.right.has(next)) return next;
      page.complete = next;
    }
    return undefined;
  }

  #page(streamId: StreamId, set: RowSet): Page {
    const name = nameOf(streamId, set);
    const page = this.#pages.get(name) ?? { right: new Set(), complete: 0 };
    this.#pages.set(name, page);
    return page;
  }
}
