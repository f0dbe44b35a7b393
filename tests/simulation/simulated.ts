import { createHash } from "node:crypto";
import fc from "fast-check";
import * as E from "fp-ts/Either";
import type { Row } from "../../core/projection/columns";
import type { Envelope } from "../../core/projection/envelope";
import { type Fold, foldOf } from "../../core/projection/fold";
import type { StreamId } from "../../core/projection/identifiers";
import { idName, partitionPrefix } from "../../lambda/adapters/keys";
import { type Rows, rowsOf } from "../../lambda/adapters/rows";
import type { Item } from "./conditions";
import type { Random } from "./random";
import { askingFor } from "./requests";
import type { Asked, Conserved, StoredEvent, Subject, Truth } from "./subject";

/** A subject as the simulation works with it: the types of its requests and movements stay inside. */
export interface Simulated<State> {
  readonly name: string;
  readonly projectionVersion: number;
  readonly fold: Fold<State>;
  readonly rows: Rows<State>;
  /** The names of the columns that the domain declares. */
  readonly columns: {
    readonly state: ReadonlyArray<string>;
    readonly entry: ReadonlyArray<string>;
  };
  readonly draw: (random: Random, opening: boolean) => Asked;
  /** Changes an event as a faulty program might, so that the domain cannot read it. */
  readonly corrupt: (random: Random, event: StoredEvent) => Item;
  readonly oracle: (log: ReadonlyArray<StoredEvent>) => ReadonlyArray<Truth>;
  readonly conserved: ReadonlyArray<Conserved<string>>;
  /** The stream that a summary or an entry belongs to. */
  readonly streamOfKey: (key: Item) => StreamId;
  /** The column that a stream's id goes by. */
  readonly id: string;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** An event as a faulty program might write it, in every way. A domain may still be able to read some of these. */
const mistakes = ({ data, ...event }: StoredEvent): ReadonlyArray<Item> => [
  { ...event, data, schemaVersion: 99 },
  { ...event, data, type: "NeverRequested" },
  { ...event, data, recordedAt: "yesterday" },
  { ...event, data: "nothing" },
  { ...event },
  ...Object.keys(data).map((field) => ({ ...event, data: { ...data, [field]: [] } })),
];

/** A value without the columns that have none, as a table gives it back. */
export const rowOf = (row: Row): Item =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

export const simulatedOf = <Request extends Envelope, State, Movement>({
  domain,
  requests,
  oracle,
  conserved,
}: Subject<Request, State, Movement>): Simulated<State> => {
  const asking = askingFor(requests);
  return {
    name: domain.name,
    projectionVersion: domain.projectionVersion,
    fold: foldOf(domain, sha256),
    rows: rowsOf(domain),
    columns: { state: domain.state.names, entry: domain.entry.names },
    draw: (random, opening) => {
      const seed = random.between(0, 2 ** 31 - 1);
      const arbitrary = opening ? asking.opening : asking.any;
      const [asked] = fc.sample(arbitrary, { seed, numRuns: 1 });
      if (asked === undefined) throw new Error(`nothing to ask of ${domain.name}`);
      return asked;
    },
    corrupt: (random, event) => {
      const unreadable = mistakes(event).filter((mistaken) => E.isLeft(domain.decode(mistaken)));
      const corrupted = random.pickAny(unreadable);
      if (corrupted === undefined) throw new Error(`${domain.name} reads whatever it gets`);
      return corrupted;
    },
    oracle,
    conserved,
    streamOfKey: ({ pk }) => String(pk).slice(partitionPrefix(domain.name).length) as StreamId,
    id: idName(domain.name),
  };
};
