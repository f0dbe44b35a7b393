import { isDeepStrictEqual } from "node:util";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { Row } from "../core/projection/columns";
import type { Envelope } from "../core/projection/envelope";
import { foldOf } from "../core/projection/fold";
import type { StreamId } from "../core/projection/identifiers";
import { type Change, emptySummary, type Summary } from "../core/projection/summary";
import { numbers } from "../lambda/adapters/marshalling";
import { changeFields } from "../lambda/adapters/publisher";
import { rowsOf } from "../lambda/adapters/rows";
import type { Asked, StoredEvent, Subject } from "./simulation";
import { anyRequests, askingFor, storedLog } from "./simulation/requests";
import { rowOf, sha256 } from "./simulation/simulated";

// The laws that hold in every domain, whatever its rules are. A domain that breaks one fails here, with the name of the
// event type and of the field, before the machinery runs it.

/** One folded event, with the stream before and after it. */
interface Step<State> {
  readonly event: StoredEvent;
  readonly before: Summary<State>;
  readonly after: Summary<State>;
  readonly change: Change;
}

/** A row of the read model as the table gives it back. */
const fromTable = (row: Row): Row =>
  unmarshall(marshall(row, { removeUndefinedValues: true }), numbers);

/** Every value in a piece of data, however deep it lies, by the field of the data that it belongs to. */
const leaves = (data: object): ReadonlyArray<readonly [field: string, leaf: string]> => {
  const values = (value: unknown): ReadonlyArray<string> =>
    typeof value === "object" && value !== null
      ? Object.values(value).flatMap(values)
      : [String(value)];
  return Object.entries(data).flatMap(([field, value]) =>
    values(value).map((leaf) => [field, leaf] as const),
  );
};

/** The columns of the state after an event, none where there is no state. */
const stateOf = ({ state }: Change): Row =>
  pipe(
    state,
    O.getOrElse((): Row => ({})),
  );

/** What readers see of an event: the state, and the entry. An event that brings the state into being has no entry. */
const shownBy = (change: Change): ReadonlySet<string> =>
  new Set(
    leaves({ ...stateOf(change), shown: change.opening ? [] : Object.values(change.entry) }).map(
      ([, leaf]) => leaf,
    ),
  );

/** Names the event in whatever is thrown about it. */
const naming = <A>(event: StoredEvent, what: () => A): A => {
  try {
    return what();
  } catch (cause) {
    throw new Error(`${positionOf(event)}: ${cause}`, { cause });
  }
};

const demand = (holds: boolean, otherwise: () => string): void => {
  if (!holds) throw new Error(otherwise());
};

/** Freezes a value with all that it holds: whoever changes it in place throws. */
const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
};

const positionOf = ({ type, version }: StoredEvent): string => `${type} at version ${version}`;

const show = (value: unknown): string =>
  JSON.stringify(value, (_, member) => (typeof member === "bigint" ? `${member}` : member));

/** The logs from which a law takes its examples where it needs to have seen something: always the same. */
const sampleSize = 400;

/** Registers the laws of every domain as tests of a subject's domain. */
export const lawsOf = <Request extends Envelope, State, Movement>({
  domain,
  requests,
  oracle,
  conserved,
}: Subject<Request, State, Movement>): void => {
  const rows = rowsOf(domain);
  const fold = foldOf(domain, sha256);
  const asking = askingFor(requests);
  const types = Object.keys(requests) as ReadonlyArray<Request["type"]>;
  const empty = (streamId: StreamId): Summary<State> =>
    emptySummary(streamId, domain.projectionVersion);
  const schemaVersionOf = (type: string): number => requests[type as Request["type"]].data.length;

  const foldOne = (before: Summary<State>, event: StoredEvent): Step<State> =>
    pipe(
      naming(event, () => fold(frozen(before), frozen(event))),
      E.match(
        ({ detail }) => {
          throw new Error(`${positionOf(event)} cannot be folded: ${detail}`);
        },
        ([after, change]) => ({ event, before, after, change }),
      ),
    );

  /** Folds a log. `between` is what happens to a summary between two events. */
  const foldLog = (
    log: ReadonlyArray<StoredEvent>,
    between: (summary: Summary<State>, step: number) => Summary<State> = (summary) => summary,
  ): ReadonlyArray<Step<State>> => {
    const steps: Step<State>[] = [];
    for (const event of log) {
      const before = steps.at(-1)?.after ?? empty(event.streamId);
      steps.push(foldOne(between(before, steps.length), event));
    }
    return steps;
  };

  const rowsAfter = (steps: ReadonlyArray<Step<State>>): ReadonlyArray<Row> =>
    steps.flatMap(({ after, change }) => [rows.summary(after), rows.entry(change)].map(rowOf));

  const fromRow = (row: Row): Summary<State> =>
    pipe(
      rows.summaryFrom(row),
      E.getOrElse((faults): Summary<State> => {
        throw new Error(`the summary ${show(row)} cannot be read again: ${faults}`);
      }),
    );

  const anyLog = anyRequests(asking).map((asked) => storedLog(asked));

  const law = (
    title: string,
    holds: (log: ReadonlyArray<StoredEvent>, page: number) => void,
  ): void => {
    it(title, () => {
      fc.assert(fc.property(anyLog, fc.integer({ min: 1, max: 5 }), holds), {
        numRuns: 200,
        includeErrorInReport: true,
      });
    });
  };

  /** A law of every single event. */
  const stepLaw = (title: string, holds: (step: Step<State>) => void): void =>
    law(title, (log) => {
      for (const step of foldLog(log)) holds(step);
    });

  const sample = (): ReadonlyArray<Step<State>> =>
    fc.sample(anyLog, { seed: 1, numRuns: sampleSize }).flatMap((log) => foldLog(log));

  const eventOf = (asked: Asked): StoredEvent => storedLog([asked])[0] as StoredEvent;

  describe(`the laws of the domain ${domain.name}`, () => {
    it("decodes every type of request in every schema version that is drawn, and none that is newer", () => {
      for (const type of types) {
        for (const [index, arbitrary] of requests[type].data.entries()) {
          const schemaVersion = index + 1;
          for (const data of fc.sample<object>(arbitrary, { seed: 1, numRuns: 20 })) {
            const decoded = domain.decode(
              eventOf({ type, schemaVersion, data: rowOf({ ...data }) }),
            );
            if (E.isLeft(decoded)) {
              throw new Error(
                `${type} in schema version ${schemaVersion} cannot be decoded: ${decoded.left.detail}`,
              );
            }
          }
        }
        const newer = { type, schemaVersion: schemaVersionOf(type) + 1, data: {} };
        const decoded = domain.decode(eventOf(newer));
        demand(
          E.isLeft(decoded) && decoded.left.reason === "NEWER_SCHEMA_VERSION",
          () => `${type} has a schema version ${newer.schemaVersion} that is never drawn`,
        );
      }
    });

    it("draws every type of request so that it is posted, with every field that it may have", () => {
      const posted = sample().filter(({ change }) => change.outcome === "POSTED");
      for (const type of types) {
        const ofType = posted.filter(({ event }) => event.type === type);
        demand(ofType.length > 0, () => `${type} is never posted in ${sampleSize} logs`);
        const drawn = fc.sample<object>(requests[type].data.at(-1) as fc.Arbitrary<object>, {
          seed: 1,
          numRuns: 20,
        });
        for (const field of new Set(drawn.flatMap((data) => Object.keys(data)))) {
          demand(
            ofType.some(({ event }) => event.data[field] !== undefined),
            () => `${type} is never posted with its field ${field} in ${sampleSize} logs`,
          );
        }
      }
    });

    stepLaw(
      "shows every field of a posted request in its entry or in the state",
      ({ event, change }) => {
        // Data in an older schema version may read otherwise today.
        if (change.outcome === "DECLINED") return;
        if (event.schemaVersion !== schemaVersionOf(event.type)) return;
        const shown = shownBy(change);
        for (const [field, leaf] of leaves(event.data)) {
          demand(
            shown.has(leaf),
            () =>
              `${event.type} is posted with the field ${field} (${leaf}), which neither its entry ` +
              `nor the state shows: ${show({ entry: change.entry, state: stateOf(change) })}`,
          );
        }
      },
    );

    law(
      "decides the same in a replay, at once or in pages that continue from the stored row",
      (log, page) => {
        const once = rowsAfter(foldLog(log));
        expect(rowsAfter(foldLog(log))).toEqual(once);
        const inPages = foldLog(log, (summary, step) =>
          step > 0 && step % page === 0 ? fromRow(fromTable(rows.summary(summary))) : summary,
        );
        expect(rowsAfter(inPages)).toEqual(once);
      },
    );

    stepLaw("reads every summary back from its row as it was", ({ event, after }) => {
      const read = fromRow(fromTable(rows.summary(after)));
      demand(
        isDeepStrictEqual(read, after),
        () => `the summary after ${positionOf(event)} is ${show(after)}, read back ${show(read)}`,
      );
    });

    stepLaw(
      "changes neither the state nor its columns when it declines",
      ({ event, before, after, change }) => {
        if (change.outcome === "POSTED") return;
        demand(
          isDeepStrictEqual(after.opened, before.opened),
          () =>
            `${positionOf(event)} is declined (${show(change.reason)}), but changes the state from ` +
            `${show(before.opened)} to ${show(after.opened)}`,
        );
        demand(O.isSome(change.reason), () => `${positionOf(event)} is declined for no reason`);
      },
    );

    stepLaw("has a state from the first posted request on", ({ event, before, after, change }) => {
      demand(
        O.isSome(after.opened) === (O.isSome(before.opened) || change.outcome === "POSTED"),
        () =>
          `${positionOf(event)} is ${change.outcome}, and there is ` +
          `${O.isSome(after.opened) ? "a" : "no"} state after it`,
      );
    });

    it("decides and evolves every request in every state, without an exception and without changing it in place", () => {
      const steps = sample();
      const states = steps.map(({ after }) => after.opened);
      for (const [index, { event }] of steps.entries()) {
        // Any request in any state that any log has reached, not only in that of its own log.
        const opened = states[(index * 7919) % states.length] ?? O.none;
        const state = pipe(
          opened,
          O.map((found) => found.state),
        );
        const request = domain.decode(event);
        if (E.isLeft(request)) throw new Error(`${positionOf(event)}: ${request.left.detail}`);
        naming(event, () => {
          const decision = domain.decide(request.right)(state);
          if (decision.outcome === "POSTED") domain.evolve(decision.movement)(state);
        });
      }
    });

    it("writes the columns that it declares, each of them at some time, and no other", () => {
      const steps = sample();
      const written = {
        state: steps.map(({ change }) => stateOf(change)),
        entry: steps.map(({ change }) => change.entry),
      };
      for (const kind of ["state", "entry"] as const) {
        const names = [...domain[kind].names].sort();
        const found = new Set(written[kind].flatMap((row) => Object.keys(rowOf(row))));
        expect([...found].sort(), `the columns of the ${kind}`).toEqual(names);
      }
    });

    it("gives no column the name of one of the machinery's columns", () => {
      const none = { names: [], encode: () => ({}), decode: domain.state.decode };
      const bare = rowsOf({ ...domain, state: none });
      const published = changeFields({ name: domain.name, entry: none, state: none });
      for (const { after, change } of sample().slice(0, sampleSize)) {
        const taken = {
          state: [...Object.keys(bare.summary(after)), ...published],
          entry: [...Object.keys(bare.entry({ ...change, entry: {} })), ...published],
        };
        for (const kind of ["state", "entry"] as const) {
          const twice = domain[kind].names.filter((column) => taken[kind].includes(column));
          expect(twice, `columns of the ${kind} that the machinery writes, too`).toEqual([]);
        }
      }
    });

    // A published change has one field for both.
    stepLaw(
      "shows the same in a column that the entry shares with the state",
      ({ event, change }) => {
        const state = stateOf(change);
        for (const column of domain.entry.names.filter((shared) => shared in state)) {
          demand(
            isDeepStrictEqual(change.entry[column], state[column]),
            () =>
              `the entry of ${positionOf(event)} has the ${column} ${show(change.entry[column])}, ` +
              `the state ${show(state[column])}`,
          );
        }
      },
    );

    law("decides as the naive rules do, and shows what they say", (log) => {
      const truths = oracle(log);
      for (const [index, { event, change }] of foldLog(log).entries()) {
        const truth = truths[index];
        if (truth === undefined) throw new Error(`${positionOf(event)}: the oracle has no truth`);
        const expected = {
          reason: truth.reason,
          state: truth.state && rowOf(truth.state),
          entry: rowOf(truth.entry),
        };
        const found = {
          reason: O.toUndefined(change.reason),
          state: O.toUndefined(pipe(change.state, O.map(rowOf))),
          entry: rowOf(change.entry),
        };
        demand(
          isDeepStrictEqual(found, expected),
          () => `${positionOf(event)} is ${show(found)}, by the naive rules ${show(expected)}`,
        );
      }
    });

    for (const { what, held, moved } of conserved) {
      law(`conserves the ${what}: the entries add up to what the stream holds`, (log) => {
        let sum = 0n;
        for (const { event, change } of foldLog(log)) {
          if (change.outcome === "POSTED") {
            sum += naming(event, () => moved[event.type as Request["type"]](change.entry));
          }
          const holds = pipe(
            change.state,
            O.match(() => 0n, held),
          );
          demand(
            holds === sum,
            () =>
              `after ${positionOf(event)} (${change.outcome}) the stream holds ${holds}, ` +
              `its entries add up to ${sum}`,
          );
        }
      });
    }
  });
};
