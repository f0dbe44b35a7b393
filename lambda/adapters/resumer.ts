import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import * as t from "io-ts";
import { decodeWith } from "../../core/projection/decoding";
import type { Domain } from "../../core/projection/domain";
import type { Envelope } from "../../core/projection/envelope";
import { StreamId } from "../../core/projection/identifiers";
import { resumeStream } from "../../core/projection/resume-stream";
import type { Summary } from "../../core/projection/summary";
import { compose, type Deadline } from "./composition";
import { idName } from "./keys";
import { type Processing, processingOf } from "./rows";
import { flushTelemetry } from "./telemetry";

/** The state of a stream after it was resumed, beside its id under the domain's name for it. */
interface Resumed {
  readonly version: number;
  readonly processing: Processing;
  readonly reason: string | null;
  readonly detail: string | null;
}

const resumed = (summary: Summary<unknown>): Resumed => ({
  version: summary.version,
  processing: processingOf(summary),
  ...pipe(
    summary.suspension,
    O.match(
      (): Pick<Resumed, "reason" | "detail"> => ({ reason: null, detail: null }),
      ({ reason, detail }) => ({ reason, detail }),
    ),
  ),
});

const streamIdFrom = (id: string, request: unknown): StreamId =>
  pipe(
    request,
    decodeWith(t.type({ [id]: StreamId })),
    E.match(
      (faults) => {
        throw new Error(`Not a request to resume a stream: ${faults}`);
      },
      (decoded) => decoded[id] as StreamId,
    ),
  );

/**
 * The function behind the mutation `resumeStream`: resumes a suspended stream. Answers null where there is no such
 * stream, and throws when the resume fails.
 */
export const resumerOf =
  <Request extends Envelope, State, Movement>(domain: Domain<Request, State, Movement>) =>
  (settings: unknown) => {
    const invoke = compose(domain, settings);
    const id = idName(domain.name);
    return async (request: unknown, deadline: Deadline): Promise<Resumed | null> => {
      const streamId = streamIdFrom(id, request);
      const { environment, finishPublishing } = invoke(deadline);
      const summary = await pipe(
        environment,
        resumeStream<State>(streamId),
        TE.flatMap(() => environment.readModel.load(streamId)),
      )();
      await finishPublishing();
      flushTelemetry();
      if (E.isLeft(summary)) {
        throw new Error(`${streamId} could not be resumed`, { cause: summary.left });
      }
      return pipe(
        summary.right,
        O.match(
          () => null,
          (found) => ({ [id]: streamId, ...resumed(found) }),
        ),
      );
    };
  };
