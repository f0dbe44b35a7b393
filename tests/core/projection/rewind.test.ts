import * as O from "fp-ts/Option";
import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { columns, optional } from "../../../core/projection/columns";
import type { StreamId, Version } from "../../../core/projection/identifiers";
import { rewindOf, undoOf } from "../../../core/projection/rewind";
import { emptySummary, type Summary } from "../../../core/projection/summary";
import { closing, deposit, opening, stored, withdrawal } from "../ledger/requests";
import { folded } from "./memory";

/** A state with a column that may have no value. */
const state = columns({ label: t.string, note: optional(t.string) });
type State = Parameters<typeof state.encode>[0];

const labelled = (label: string, note?: string): State => ({ label, note: O.fromNullable(note) });

describe("what an entry keeps of the state before its event", () => {
  it("is the columns that the event has changed, and no other", () => {
    const { changes } = folded(
      stored(opening(), deposit(100), withdrawal(500), withdrawal(100), closing()),
    );
    expect(changes.map(({ undo }) => undo)).toEqual([
      {},
      { balance: "0" },
      {},
      { balance: "100" },
      { status: "OPEN" },
    ]);
  });

  it("tells a column that had no value from one that has not changed", () => {
    const some = O.some<State>;
    expect(undoOf(state, some(labelled("a")), some(labelled("a", "new")))).toEqual({ note: null });
    expect(undoOf(state, some(labelled("a")), some(labelled("a")))).toEqual({});
    expect(undoOf(state, some(labelled("a", "old")), some(labelled("b", "old")))).toEqual({
      label: "a",
    });
  });

  it("is the whole state where the event has ended it", () => {
    expect(undoOf(state, O.some(labelled("a", "old")), O.none)).toEqual({
      label: "a",
      note: "old",
    });
  });
});

describe("a summary that is rewound", () => {
  it("gets back a column that had no value", () => {
    const summary: Summary<State> = {
      ...emptySummary("s" as StreamId, 1),
      version: 3 as Version,
      opened: O.some({
        owner: "alice",
        at: "2026-01-01T00:00:00Z",
        hash: "",
        state: labelled("b", "new"),
      } as never),
    };
    const undos = [
      { version: 2 as Version, undo: { note: null } },
      { version: 3 as Version, undo: { label: "a" } },
    ];
    const rewound = rewindOf({ state })(summary, 2 as Version, undos);
    expect(rewound).toMatchObject(O.some({ version: 1, opened: O.some({ state: labelled("a") }) }));
  });
});
