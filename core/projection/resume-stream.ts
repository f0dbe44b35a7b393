import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import { loadSummary, type Result, retryingLostRaces } from "./fold-events";
import { advance } from "./project-stream";
import { rebuildStream } from "./rebuild-stream";

/**
 * Lets a held stream go on, from the event it was held at to its end, in order. Where the event still cannot be folded,
 * the stream is held again.
 *
 * A stream that is not held goes on to its end, too: a release that failed half-way, or was overtaken, has let it go
 * already, and deliveries that came while it was held do not come again. So a release is repeated until it succeeds.
 */
export const releaseStream = (streamId: string): Result<void> =>
  retryingLostRaces((ports) =>
    pipe(
      loadSummary(streamId)(ports),
      TE.chain((loaded) => {
        if (O.isNone(loaded)) return TE.right(undefined);
        const summary = loaded.value;
        const known = O.isSome(summary.held) ? summary.held.value.version : summary.version;
        // A rebuild may have held the stream at an event that the summary had passed already.
        const passed = O.isSome(summary.held) && known <= summary.version;
        return passed || summary.projection < ports.projection
          ? rebuildStream(streamId, loaded, known)(ports)
          : advance(loaded, { ...summary, held: O.none }, [], { known, toTheEnd: true })(ports);
      }),
    ),
  );
