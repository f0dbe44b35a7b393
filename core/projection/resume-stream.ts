import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import { advanceToTheEnd } from "./advance";
import { bringUpToDate } from "./bring-up-to-date";
import { noVersion, type StreamId, type StreamVersion } from "./identifiers";
import type { ProjectionEnvironment } from "./ports";
import { continueRebuild } from "./rebuild-stream";
import type { Summary } from "./summary";
import {
  isOfEarlierRelease,
  loadSummary,
  orHandOver,
  type Progress,
  retrySuperseded,
  type Step,
  type UseCase,
} from "./use-case";

/** Goes on with a rebuild that a resume has begun, or has gone on with, and has not brought to its end. */
const finishRebuild = <State>(streamId: StreamId, known: StreamVersion): Step<State, Progress> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMapTaskEither(({ rebuilds }) => rebuilds.load(streamId)),
    RTE.flatMap(
      O.match(
        (): Step<State, Progress> => RTE.right("FINISHED"),
        () => bringUpToDate<State>(streamId, known),
      ),
    ),
  );

const resumeLoaded = <State>(summary: Summary<State>): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMap(({ projectionVersion }) => {
      const { streamId, version, suspension } = summary;
      const known = pipe(
        suspension,
        O.match(
          () => version,
          (suspended) => suspended.version,
        ),
      );
      // A rebuild may have suspended the stream at an event that the summary had passed already.
      const passed = O.isSome(suspension) && known <= version;
      return passed || summary.projectionVersion < projectionVersion
        ? continueRebuild<State>(streamId, known)
        : pipe(
            advanceToTheEnd(summary, known),
            RTE.flatMap((progress) =>
              progress === "FINISHED" ? finishRebuild<State>(streamId, known) : RTE.right(progress),
            ),
            orHandOver<State>(streamId, known),
          );
    }),
  );

/**
 * Resumes a suspended stream: folds its events in order, from the one that suspended it to the last, as far as there is
 * time; the rebuilder does the rest. If that event still cannot be folded, the stream is suspended again.
 *
 * A stream that is not suspended is folded to its end, too. A resume that failed half-way, or was overtaken, has ended
 * the suspension already, and events delivered during it are not delivered again. So repeat a resume until it succeeds.
 */
export const resumeStream = <State>(streamId: StreamId): UseCase<State, void> =>
  retrySuperseded(
    pipe(
      loadSummary<State>(streamId),
      RTE.flatMap(O.match((): Step<State, void> => RTE.right(undefined), resumeLoaded<State>)),
      RTE.orElse(
        (error): Step<State, void> =>
          pipe(
            RTE.ask<ProjectionEnvironment<State>>(),
            RTE.flatMap(({ projectionVersion }) =>
              error._tag === "UnreadableSummary" && isOfEarlierRelease(projectionVersion)(error)
                ? continueRebuild<State>(streamId, noVersion)
                : RTE.left(error),
            ),
          ),
      ),
    ),
  );
