import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import { bringUpToDate, loadRows, replacedIn } from "./bring-up-to-date";
import { noVersion, type StreamId, type StreamVersion } from "./identifiers";
import type { ProjectionEnvironment } from "./ports";
import { begin } from "./rebuild";
import { orHandOver, retrySuperseded, type UseCase } from "./use-case";

/** Begins the rebuild of a stream, whatever state it is in, and brings it up to date. */
export const rebuildStream = <State>(
  streamId: StreamId,
  known: StreamVersion = noVersion,
): UseCase<State, void> =>
  pipe(
    retrySuperseded(
      pipe(
        loadRows<State>(streamId),
        RTE.flatMap(({ found, stored }) => begin(streamId, found, stored)),
      ),
    ),
    RTE.flatMap(() => bringUpToDate<State>(streamId, known)),
    orHandOver(streamId, known),
  );

/** The same, except that it goes on with a rebuild of this release that is under way. */
export const continueRebuild = <State>(
  streamId: StreamId,
  known: StreamVersion,
): UseCase<State, void> =>
  pipe(
    retrySuperseded(loadRows<State>(streamId)),
    RTE.bindTo("rows"),
    RTE.bind("projectionVersion", () =>
      RTE.asks(({ projectionVersion }: ProjectionEnvironment<State>) => projectionVersion),
    ),
    RTE.flatMap(({ rows: { found, stored }, projectionVersion }) =>
      pipe(
        stored,
        O.flatMap(({ rebuild }) => rebuild),
        O.exists(
          (rebuild) =>
            rebuild.folded.projectionVersion === projectionVersion &&
            O.isNone(replacedIn(found, rebuild)),
        ),
      )
        ? pipe(bringUpToDate<State>(streamId, known), orHandOver(streamId, known))
        : rebuildStream<State>(streamId, known),
    ),
  );
