import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import type { Row, StoredColumns } from "../../core/projection/columns";
import type { Domain } from "../../core/projection/domain";
import type { Envelope } from "../../core/projection/envelope";
import { type Fold, foldOf } from "../../core/projection/fold";
import { type Rewind, rewindOf } from "../../core/projection/rewind";
import { type Rows, rowsOf } from "../../lambda/adapters/rows";
import type { StoredEvent, Truth } from "./subject";

/** What a release makes of a log: its fold and its rows, and what both must be by the rules. */
export interface Rules<State> {
  readonly projectionVersion: number;
  readonly fold: Fold<State>;
  readonly rewind: Rewind<State>;
  readonly rows: Rows<State>;
  /** The names of the columns that the domain declares. */
  readonly columns: {
    readonly state: ReadonlyArray<string>;
    readonly entry: ReadonlyArray<string>;
  };
  /** What an event means to the release. */
  readonly means: (event: StoredEvent) => StoredEvent;
  readonly oracle: (log: ReadonlyArray<StoredEvent>) => ReadonlyArray<Truth>;
}

type Meaning = (event: StoredEvent) => StoredEvent;

export const rulesOf = <Request extends Envelope, State, Movement>(
  domain: Domain<Request, State, Movement>,
  oracle: (log: ReadonlyArray<StoredEvent>) => ReadonlyArray<Truth>,
  means: Meaning,
  digest: (text: string) => string,
): Rules<State> => ({
  projectionVersion: domain.projectionVersion,
  fold: foldOf(domain, digest),
  rewind: rewindOf(domain),
  rows: rowsOf(domain),
  columns: { state: domain.state.names, entry: domain.entry.names },
  means,
  oracle: (log) => oracle(log.map(means)),
});

/** The column that only a later release has, in summaries and in entries. */
export const revision = "revision";
const revised = { [revision]: "later" };

/** A later release may not be able to read a row of an earlier one, which lacks a column. */
const withRevision = <State>(
  columns: StoredColumns<State>,
  needsIt: boolean,
): StoredColumns<State> => ({
  names: [...columns.names, revision],
  encode: (state) => ({ ...columns.encode(state), ...revised }),
  decode: (row) =>
    needsIt && (row as Row)[revision] === undefined
      ? E.left(`${revision}: expected text, found nothing`)
      : columns.decode(row),
});

/**
 * The domain as a later release has it: the same events mean something else to it, and its rows have another column. It
 * reads what the domain can read, and nothing else.
 */
export const laterDomain = <Request extends Envelope, State, Movement>(
  domain: Domain<Request, State, Movement>,
  means: Meaning,
  readsEarlierRows: boolean,
): Domain<Request, State, Movement> => ({
  ...domain,
  projectionVersion: domain.projectionVersion + 1,
  decode: (stored) =>
    pipe(
      domain.decode(stored),
      E.flatMap(() => domain.decode(means(stored as StoredEvent))),
    ),
  state: withRevision(domain.state, !readsEarlierRows),
  entry: {
    ...domain.entry,
    names: [...domain.entry.names, revision],
    encode: (decided) => ({ ...domain.entry.encode(decided), ...revised }),
  },
});

/** The same for what the rules say. */
export const laterOracle =
  (oracle: (log: ReadonlyArray<StoredEvent>) => ReadonlyArray<Truth>) =>
  (log: ReadonlyArray<StoredEvent>): ReadonlyArray<Truth> =>
    oracle(log).map((truth) => ({
      ...truth,
      state: truth.state && { ...truth.state, ...revised },
      entry: { ...truth.entry, ...revised },
    }));
