import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import { type Result, retryingLostRaces } from "./fold-events";
import { advance } from "./project-stream";
import { rebuildStream } from "./rebuild-stream";

/**
 * Lets a held stream go on, from the event it was held at to its end, in order. Where the event still cannot be folded,
 * the stream is held again. A stream that is not held stays as it is.
 */
export const releaseStream = (streamId: string): Result<void> =>
  retryingLostRaces((ports) =>
    pipe(
      ports.readModel.load(streamId),
      TE.chainW((loaded) => {
        if (O.isNone(loaded) || O.isNone(loaded.value.held)) return TE.right(undefined);
        const summary = loaded.value;
        const known = loaded.value.held.value.version;
        if (summary.projection > ports.projection) return TE.left({ _tag: "Outdated" as const });
        return summary.projection < ports.projection
          ? rebuildStream(streamId, loaded, known)(ports)
          : advance(loaded, { ...summary, held: O.none }, [], { known, toTheEnd: true })(ports);
      }),
    ),
  );
