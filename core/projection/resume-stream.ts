import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import type { StreamId } from "./identifiers";
import type { ProjectionEnvironment } from "./ports";
import { advance } from "./project-stream";
import { rebuildLoaded } from "./rebuild-stream";
import type { Summary } from "./summary";
import { loadSummary, retrySuperseded, type Step, type UseCase } from "./use-case";

const resumeLoaded = <State>(summary: Summary<State>): Step<State, void> =>
  pipe(
    RTE.ask<ProjectionEnvironment<State>>(),
    RTE.flatMap(({ projectionVersion }) => {
      const { streamId, version, suspension } = summary;
      const loaded = O.some(summary);
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
        ? rebuildLoaded(streamId, loaded, known)
        : advance({ loaded, from: { ...summary, suspension: O.none } }, [], {
            known,
            toTheEnd: true,
          });
    }),
  );

/**
 * Resumes a suspended stream: folds its events in order, from the one that suspended it to the last. If that event
 * still cannot be folded, the stream is suspended again.
 *
 * A stream that is not suspended is folded to its end, too. A resume that failed half-way, or was overtaken, has ended
 * the suspension already, and events delivered during it are not delivered again. So repeat a resume until it succeeds.
 */
export const resumeStream = <State>(streamId: StreamId): UseCase<State, void> =>
  retrySuperseded(
    pipe(
      loadSummary<State>(streamId),
      RTE.flatMap(O.match(() => RTE.right(undefined), resumeLoaded)),
    ),
  );
