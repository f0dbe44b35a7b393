import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import type { Domain } from "./domain";
import type { Envelope } from "./envelope";
import { type Digest, link } from "./hash-chain";
import { nextVersion } from "./identifiers";
import { undoOf } from "./rewind";
import type { Change, Fault, Summary } from "./summary";

/** Folds one stored event, which has to be the next of its stream. Left has the reason why it cannot be folded. */
export type Fold<State> = (
  summary: Summary<State>,
  stored: unknown,
) => E.Either<Fault, readonly [Summary<State>, Change]>;

/** Where the event table keeps an event, which can be read whatever else an item has. */
const Position = t.type({ streamId: t.string, version: t.number });
type Position = t.TypeOf<typeof Position>;

const missing = ({ streamId, version }: Summary<unknown>, found: Position): Fault => ({
  reason: "MISSING_EVENT",
  detail: `expected version ${nextVersion(version)} of ${streamId}, found ${found.version} of ${found.streamId}`,
});

/** Looks at an event's position before the event is decoded: what is wrong with a later event is not why this one is missing. */
const notBeyond =
  (summary: Summary<unknown>) =>
  (stored: unknown): E.Either<Fault, unknown> =>
    Position.is(stored) && stored.version > nextVersion(summary.version)
      ? E.left(missing(summary, stored))
      : E.right(stored);

const inSequence =
  (summary: Summary<unknown>) =>
  <Request extends Envelope>(request: Request): E.Either<Fault, Request> =>
    request.streamId !== summary.streamId || request.version !== nextVersion(summary.version)
      ? E.left(missing(summary, request))
      : E.right(request);

const ofOwner =
  ({ opened }: Summary<unknown>) =>
  <Request extends Envelope>(request: Request): E.Either<Fault, Request> =>
    pipe(
      opened,
      O.exists(({ owner }) => owner !== request.owner),
    )
      ? E.left({ reason: "OWNER_CHANGED", detail: `the event names the owner ${request.owner}` })
      : E.right(request);

/** The fold of a domain's streams. Only the fold calls the domain's `decide` and `evolve`. */
export const foldOf = <Request extends Envelope, State, Movement>(
  { decode, decide, evolve, entry, state: columns }: Domain<Request, State, Movement>,
  digest: Digest,
): Fold<State> => {
  const apply =
    (summary: Summary<State>, hash: string) =>
    (request: Request): readonly [Summary<State>, Change] => {
      const before = pipe(
        summary.opened,
        O.map(({ state }) => state),
      );
      const decision = pipe(before, decide(request));
      const after =
        decision.outcome === "POSTED" ? pipe(before, evolve(decision.movement)) : before;
      const { version, type, commandId, owner, actor, recordedAt } = request;
      const opened = pipe(
        after,
        O.map((state) =>
          pipe(
            summary.opened,
            O.match(
              () => ({ owner, at: recordedAt, hash, state }),
              (before) => ({ ...before, state }),
            ),
          ),
        ),
      );
      return [
        { ...summary, version, chainHead: hash, opened, changedAt: O.some(recordedAt) },
        {
          ...{ streamId: summary.streamId, version, type, commandId, owner, actor, recordedAt },
          actorReason: O.fromNullable(request.actorReason),
          projectionVersion: summary.projectionVersion,
          generation: summary.generation,
          outcome: decision.outcome,
          reason: decision.outcome === "DECLINED" ? O.some(decision.reason) : O.none,
          entry: entry.encode({ request, decision, state: after }),
          state: pipe(after, O.map(columns.encode)),
          undo: undoOf(columns, before, after),
          hash,
          opening: O.isNone(before) && O.isSome(after),
        },
      ];
    };
  return (summary, stored) =>
    pipe(
      notBeyond(summary)(stored),
      E.flatMap(decode),
      E.flatMap(inSequence(summary)),
      E.flatMap(ofOwner(summary)),
      E.map((request) => apply(summary, link(digest)(summary.chainHead, stored))(request)),
    );
};
