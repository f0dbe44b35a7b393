import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import { loadSummary, type Result, retryingLostRaces } from "./fold-events";
import { advance } from "./project-stream";
import { rebuildLoaded } from "./rebuild-stream";

/**
 * Lets a suspended stream go on, from the event it was suspended at to its end, in order. Where the event still cannot be folded,
 * the stream is suspended again.
 *
 * A stream that is not suspended goes on to its end, too: a resume that failed half-way, or was overtaken, has let it go
 * already, and deliveries that came while it was suspended do not come again. So a resume is repeated until it succeeds.
 */
export const resumeStream = (streamId: string): Result<void> =>
  retryingLostRaces((ports) =>
    pipe(
      loadSummary(streamId)(ports),
      TE.chain((loaded) => {
        if (O.isNone(loaded)) return TE.right(undefined);
        const summary = loaded.value;
        const known = O.isSome(summary.suspended)
          ? summary.suspended.value.version
          : summary.version;
        // A rebuild may have suspended the stream at an event that the summary had passed already.
        const passed = O.isSome(summary.suspended) && known <= summary.version;
        return passed || summary.projection < ports.projection
          ? rebuildLoaded(streamId, loaded, known)(ports)
          : advance(loaded, { ...summary, suspended: O.none }, [], { known, toTheEnd: true })(
              ports,
            );
      }),
    ),
  );
