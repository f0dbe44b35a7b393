import { createHash } from "node:crypto";
import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import {
  type Change,
  emptySummary,
  fold,
  leavesEntry,
  type Summary,
} from "../../core/projection/fold";
import type { Item } from "./conditions";
import { noMoney, type Truth, truthOf } from "./oracle";
import { positionOf, type World } from "./world";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What one version of a stream has to look like: by the core's own fold of the log, and by the naive rules. */
interface Expected {
  readonly summary: Summary;
  readonly change: O.Option<Change>;
  readonly truth: Truth;
}

/** A row as the table gives it back. */
export const rowOf = (row: Item): Item =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

/** What the event table says that the read model has to be: the projection has to come to it, by whatever way. */
export class Expectations {
  readonly #expected = new Map<string, Expected[]>();

  constructor(private readonly world: World) {}

  /** Events never change, so what is once expected stays so. Where an event cannot be folded, nothing may lie behind it. */
  at(streamId: string, version: number): Expected {
    const known = this.#expected.get(streamId) ?? [
      { summary: emptySummary(streamId, 1), change: O.none, truth: noMoney },
    ];
    this.#expected.set(streamId, known);
    for (let last = known.at(-1); last && known.length <= version; last = known.at(-1)) {
      const event = this.world.events.read({ streamId, version: known.length });
      const folded = fold(digest)(last.summary, event);
      if (E.isLeft(folded)) {
        throw this.world.journal.violated(
          `${positionOf(streamId, known.length)} was folded, which cannot be: ${folded.left.detail}`,
        );
      }
      const [summary, change] = folded.right;
      const truth = truthOf(this.world.log(streamId).slice(0, known.length)).at(-1) ?? noMoney;
      known.push({ summary, change: O.some(change), truth });
    }
    const expected = known[version];
    if (expected) return expected;
    throw this.world.journal.violated(`${positionOf(streamId, version)} is no version`);
  }

  changeAt(streamId: string, version: number): Change {
    const { change } = this.at(streamId, version);
    if (O.isSome(change)) return change.value;
    throw this.world.journal.violated(`${positionOf(streamId, version)} is no event`);
  }

  /** The versions up to `upTo` that have a row in the statement. */
  entryVersions(streamId: string, upTo: number): ReadonlyArray<number> {
    const versions = Array.from({ length: upTo }, (_, index) => index + 1);
    return versions.filter((version) => leavesEntry(this.changeAt(streamId, version)));
  }
}
