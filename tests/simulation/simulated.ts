import { createHash } from "node:crypto";
import fc from "fast-check";
import * as E from "fp-ts/Either";
import type { Row } from "../../core/projection/columns";
import type { Envelope } from "../../core/projection/envelope";
import type { Suspension } from "../../core/projection/summary";
import { idName } from "../../lambda/adapters/keys";
import type { Item } from "./conditions";
import { inOldForm } from "./forms";
import { Random } from "./random";
import { askingFor } from "./requests";
import { laterDomain, laterOracle, type Rules, rulesOf } from "./rules";
import type { Asked, Conserved, StoredEvent, Subject } from "./subject";

/** A subject as the simulation works with it: the types of its requests and movements stay inside. */
export interface Simulated<State> {
  readonly name: string;
  readonly rules: Rules<State>;
  /** Those of a release that raises the projection version. */
  readonly laterRules: Rules<State>;
  /** The same of one that cannot read the rows of the earlier one. */
  readonly strangeRules: Rules<State>;
  readonly draw: (random: Random, opening: boolean) => Asked;
  /** Changes an event as a faulty program might, so that the domain cannot read it; with the reason why. */
  readonly corrupt: (random: Random, event: StoredEvent) => Mistake;
  readonly conserved: ReadonlyArray<Conserved<string>>;
  /** The column that a stream's id goes by. */
  readonly id: string;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** An event as a faulty program writes it, and why it cannot be read. */
interface Mistake {
  readonly written: Item;
  readonly reason: Suspension["reason"];
}

const unreadable = (written: Item): Mistake => ({ written, reason: "UNREADABLE_EVENT" });

/** An event as a faulty program might write it, in every way. A domain may still be able to read some of these. */
const mistakes = ({ data, ...event }: StoredEvent): ReadonlyArray<Mistake> => [
  { written: { ...event, data, schemaVersion: 99 }, reason: "NEWER_SCHEMA_VERSION" },
  unreadable({ ...event, data, type: "NeverRequested" }),
  unreadable({ ...event, data, recordedAt: "yesterday" }),
  unreadable({ ...event, data: "nothing" }),
  unreadable({ ...event }),
  ...Object.keys(data).map((field) => unreadable({ ...event, data: { ...data, [field]: [] } })),
];

/** A value without the columns that have none, as a table gives it back. */
export const rowOf = (row: Row): Item =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

/** Items that the tables share are frozen, and always give the same: so each is decoded once. */
const rememberingFrozen = <A>(decode: (stored: unknown) => A): ((stored: unknown) => A) => {
  const known = new WeakMap<object, A>();
  return (stored) => {
    if (typeof stored !== "object" || stored === null || !Object.isFrozen(stored)) {
      return decode(stored);
    }
    const decoded = known.get(stored) ?? decode(stored);
    known.set(stored, decoded);
    return decoded;
  };
};

/** Of so many commands a later release understands one as another. */
const understoodAnew = 5;

export const simulatedOf = <Request extends Envelope, State, Movement>({
  domain: ofSubject,
  requests,
  oracle: ofOldForm,
  conserved,
}: Subject<Request, State, Movement>): Simulated<State> => {
  const decode = rememberingFrozen((stored) => ofSubject.decode(inOldForm(stored)));
  const domain = { ...ofSubject, decode };
  const oracle = (log: ReadonlyArray<StoredEvent>) => ofOldForm(log.map(inOldForm));
  const asking = askingFor(requests);
  const draw = (random: Random, opening: boolean): Asked => {
    const seed = random.between(0, 2 ** 31 - 1);
    const arbitrary = opening ? asking.opening : asking.any;
    const [asked] = fc.sample(arbitrary, { seed, numRuns: 1 });
    if (asked === undefined) throw new Error(`nothing to ask of ${domain.name}`);
    return asked;
  };
  const others = new Map<string, Asked | undefined>();
  /** What a command means to a later release, if not the same. */
  const otherMeaning = (commandId: string): Asked | undefined => {
    if (!others.has(commandId)) {
      const number = Number.parseInt(sha256(commandId).slice(0, 8), 16);
      const isOther = number % understoodAnew === 0;
      others.set(commandId, isOther ? draw(new Random(number), false) : undefined);
    }
    return others.get(commandId);
  };
  const later = (event: StoredEvent) => ({ ...event, ...otherMeaning(event.commandId) });
  return {
    name: domain.name,
    rules: rulesOf(domain, oracle, (event) => event, sha256),
    laterRules: rulesOf(laterDomain(domain, later, true), laterOracle(oracle), later, sha256),
    strangeRules: rulesOf(laterDomain(domain, later, false), laterOracle(oracle), later, sha256),
    draw,
    corrupt: (random, event) => {
      const effective = mistakes(event).filter(({ written }) => E.isLeft(domain.decode(written)));
      const corrupted = random.pickAny(effective);
      if (corrupted === undefined) throw new Error(`${domain.name} reads whatever it gets`);
      return corrupted;
    },
    conserved,
    id: idName(domain.name),
  };
};
