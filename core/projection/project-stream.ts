import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import { advance, type Delivered } from "./advance";
import { noVersion, type StreamId, type StreamVersion } from "./identifiers";
import type { ProjectionEnvironment } from "./ports";
import { publishAgain } from "./publish-again";
import { emptySummary, isSuspended, type Summary } from "./summary";
import {
  handOver,
  isOfEarlierRelease,
  loadSummary,
  orHandOver,
  reportSuspension,
  retrySuperseded,
  type Step,
  type UseCase,
} from "./use-case";

// The projection is gated by version, never by the order of delivery. Events may arrive twice, late, out of order or at
// several projectors: a summary only ever moves from the version it was loaded at to the fold of more events.

const lastOf = (delivered: ReadonlyArray<Delivered>): StreamVersion =>
  delivered.reduce<StreamVersion>(
    (highest, { version }) => (version > highest ? version : highest),
    noVersion,
  );

/** Leaves to the rebuilder what was delivered. Some of it may be folded, by somebody who died before it published that. */
const handOverDelivered = <State>(streamId: StreamId, delivered: ReadonlyArray<Delivered>) => {
  const [first] = delivered.map(({ version }) => version).sort((a, b) => a - b);
  return handOver<State>(streamId, lastOf(delivered), first);
};

const projectLoaded = <State>(
  streamId: StreamId,
  loaded: O.Option<Summary<State>>,
  delivered: ReadonlyArray<Delivered>,
): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMap(({ projectionVersion }) => {
      const known = lastOf(delivered);
      const from = pipe(
        loaded,
        O.getOrElse((): Summary<State> => emptySummary(streamId, projectionVersion)),
      );
      if (from.projectionVersion < projectionVersion) {
        return isSuspended(from)
          ? reportSuspension(from)
          : handOverDelivered<State>(streamId, delivered);
      }
      return pipe(
        publishAgain(from, delivered),
        RTE.flatMap(() =>
          isSuspended(from)
            ? reportSuspension(from)
            : pipe(
                advance({ loaded, from: { ...from, rebuilding: false } }, delivered, {
                  known,
                  toTheEnd: false,
                  // One page of the event table at most.
                  mayGoOn: () => false,
                }),
                orHandOver<State>(streamId, known),
              ),
        ),
      );
    }),
  );

/**
 * Moves a stream's summary at least to the last delivered event, or leaves that to the rebuilder. The summary of a suspended
 * stream does not move.
 */
export const projectStream = <State>(
  streamId: StreamId,
  delivered: ReadonlyArray<Delivered>,
): UseCase<State, void> =>
  retrySuperseded(
    pipe(
      loadSummary<State>(streamId),
      RTE.flatMap((loaded) => projectLoaded(streamId, loaded, delivered)),
      RTE.orElse(
        (error): Step<State, void> =>
          pipe(
            RTE.ask<ProjectionEnvironment<State>>(),
            RTE.flatMap(({ projectionVersion }) => {
              const handedOver = handOverDelivered<State>(streamId, delivered);
              if (error._tag === "Outdated") {
                // While a release is deployed, this may be an instance of the one before.
                return pipe(
                  handedOver,
                  RTE.flatMap(() => RTE.left(error)),
                );
              }
              return error._tag === "UnreadableSummary" &&
                isOfEarlierRelease(projectionVersion)(error)
                ? handedOver
                : RTE.left(error);
            }),
          ),
      ),
    ),
  );
