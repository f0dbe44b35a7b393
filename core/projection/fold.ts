import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import { type Account, type DeclineReason, decide, evolve } from "../ledger/account";
import { decodeEvent, type Event } from "../ledger/events";
import { type Digest, genesis, link } from "./hash-chain";
import type { EventType } from "./upcasting";

/**
 * The number of this projection. Raise it whenever the same events shall give other rows: streams whose summary
 * carries a lower number are folded again from their first event.
 */
export const currentProjectionVersion = 1;

/** Why a stream stands still before `version`, and since when (ISO 8601, UTC); `detail` tells an operator more. */
export const Suspension = t.type(
  {
    version: t.number,
    reason: t.keyof({
      UNREADABLE_EVENT: null,
      NEWER_SCHEMA_VERSION: null,
      MISSING_EVENT: null,
      OWNER_CHANGED: null,
    }),
    detail: t.string,
    since: t.string,
  },
  "Suspension",
);
export type Suspension = t.TypeOf<typeof Suspension>;

/** The fold of a stream up to `version`: the read model's row for an account. */
export interface Summary {
  readonly streamId: string;
  /** The last event folded, 0 for none. */
  readonly version: number;
  readonly projection: number;
  /** The hash chain's last link, see chain.ts. */
  readonly chainHead: string;
  readonly account: O.Option<Account>;
  readonly openedAt: O.Option<string>;
  /** The chain's link after the opening, which has no entry that could keep it. */
  readonly openingHash: O.Option<string>;
  readonly changedAt: O.Option<string>;
  readonly suspended: O.Option<Suspension>;
}

/** What one event did to its account: an entry of the statement, and what subscribers are told. */
export interface Change {
  readonly streamId: string;
  readonly version: number;
  readonly projection: number;
  readonly type: EventType;
  readonly commandId: string;
  readonly owner: string;
  readonly actor: string;
  readonly recordedAt: string;
  readonly amount: O.Option<bigint>;
  readonly memo: O.Option<string>;
  readonly outcome: "POSTED" | "DECLINED";
  readonly reason: O.Option<DeclineReason>;
  /** The account after the event; none while the stream has not opened one. */
  readonly account: O.Option<Account>;
  /** The hash chain up to and with this event. */
  readonly hash: string;
}

export const emptySummary = (streamId: string, projection: number): Summary => ({
  streamId,
  version: 0,
  projection,
  chainHead: genesis,
  account: O.none,
  openedAt: O.none,
  openingHash: O.none,
  changedAt: O.none,
  suspended: O.none,
});

/**
 * Whether a change has a row of its own in the statement. The opening of an account moves nothing and is told by the
 * summary itself (`openedAt`, `openingHash`, `currency`). That keeps the first event, too, at two write units: the
 * summary's and its place in the owner's index.
 */
export const leavesEntry = ({ type, outcome }: Change): boolean =>
  !(type === "AccountOpeningRequested" && outcome === "POSTED");

export type Fault = Pick<Suspension, "reason" | "detail">;

const movementOf = (event: Event): { readonly amount?: bigint; readonly memo?: string } =>
  event.type === "DepositRequested" || event.type === "WithdrawalRequested" ? event.data : {};

const apply =
  (summary: Summary, hash: string) =>
  (event: Event): readonly [Summary, Change] => {
    const decision = pipe(summary.account, decide(event));
    const account = pipe(summary.account, evolve(decision));
    const movement = movementOf(event);
    const change: Change = {
      streamId: summary.streamId,
      version: event.version,
      projection: summary.projection,
      type: event.type,
      commandId: event.commandId,
      owner: event.owner,
      actor: event.actor,
      recordedAt: event.recordedAt,
      amount: O.fromNullable(movement.amount),
      memo: O.fromNullable(movement.memo),
      outcome: decision.outcome,
      reason: decision.outcome === "DECLINED" ? O.some(decision.reason) : O.none,
      account,
      hash,
    };
    const onOpening = <A>(value: A): O.Option<A> => (O.isSome(account) ? O.some(value) : O.none);
    const next: Summary = {
      ...summary,
      version: event.version,
      chainHead: hash,
      account,
      openedAt: O.isSome(summary.account) ? summary.openedAt : onOpening<string>(event.recordedAt),
      openingHash: O.isSome(summary.account) ? summary.openingHash : onOpening(hash),
      changedAt: O.some(event.recordedAt),
    };
    return [next, change];
  };

const inSequence =
  (summary: Summary) =>
  (event: Event): E.Either<Fault, Event> => {
    if (event.streamId !== summary.streamId || event.version !== summary.version + 1) {
      return E.left({
        reason: "MISSING_EVENT",
        detail: `expected version ${summary.version + 1} of ${summary.streamId}, found ${event.version} of ${event.streamId}`,
      });
    }
    const stranger = pipe(
      summary.account,
      O.exists(({ owner }) => owner !== event.owner),
    );
    return stranger
      ? E.left({ reason: "OWNER_CHANGED", detail: `the event names the owner ${event.owner}` })
      : E.right(event);
  };

/** Folds one stored event, which has to be the next of its stream, or says why it cannot be folded. */
export const fold =
  (digest: Digest) =>
  (summary: Summary, stored: unknown): E.Either<Fault, readonly [Summary, Change]> =>
    pipe(
      decodeEvent(stored),
      E.chainW(inSequence(summary)),
      E.map((event) => apply(summary, link(digest)(summary.chainHead, stored))(event)),
    );
