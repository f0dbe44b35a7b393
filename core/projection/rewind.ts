import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import type { Row, StoredColumns } from "./columns";
import type { Domain } from "./domain";
import { canonicalForm } from "./hash-chain";
import type { StreamVersion, Version } from "./identifiers";
import type { Summary } from "./summary";

// A summary holds the last state alone. Each entry keeps what its event has changed in it, so that the state before any of the
// last events can be had again without folding the stream.

/** The state's columns as they were before an event, of those that it has changed; null where there was no value. */
export type Undo = Row;

/** The undo of an event that has led from one state to another. */
export const undoOf = <State>(
  { names, encode }: Pick<StoredColumns<State>, "names" | "encode">,
  before: O.Option<State>,
  after: O.Option<State>,
): Undo => {
  if (O.isNone(before)) return {};
  const [old, now] = [encode(before.value), O.isSome(after) ? encode(after.value) : {}];
  const same = (name: string): boolean =>
    canonicalForm(old[name] ?? null) === canonicalForm(now[name] ?? null);
  return Object.fromEntries(
    names.filter((name) => !same(name)).map((name) => [name, old[name] ?? null]),
  );
};

/** What an entry keeps of an event. */
export interface KeptUndo {
  readonly version: Version;
  readonly undo: Undo;
}

/**
 * The summary as it was before version `first`, but for its place in the hash chain. It takes the undos of all events from
 * there on, newest first. The event that created the state has no entry: there was none before it.
 */
export type Rewind<State> = (
  summary: Summary<State>,
  first: Version,
  undos: ReadonlyArray<KeptUndo>,
) => O.Option<Summary<State>>;

/** Without the columns that had no value. */
const withoutNulls = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

export const rewindOf =
  <State>({ state }: Pick<Domain<never, State, never>, "state">): Rewind<State> =>
  (summary, first, undos) => {
    const before: StreamVersion = (first - 1) as StreamVersion;
    const byVersion = new Map<number, Undo>(undos.map(({ version, undo }) => [version, undo]));
    const rewound = { ...summary, version: before, suspension: O.none };
    if (O.isNone(summary.opened)) return O.some(rewound);
    let row = state.encode(summary.opened.value.state);
    for (let version: number = summary.version; version >= first; version -= 1) {
      const undo = byVersion.get(version);
      if (undo === undefined) return O.some({ ...rewound, opened: O.none });
      row = { ...row, ...undo };
    }
    const { opened } = summary;
    return pipe(
      state.decode(withoutNulls(row)),
      O.fromEither,
      O.map((decoded) => ({ ...rewound, opened: O.some({ ...opened.value, state: decoded }) })),
    );
  };
