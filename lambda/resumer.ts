import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import * as t from "io-ts";
import { decodeWith } from "../core/projection/decoding";
import { releaseStream } from "../core/projection/resume-stream";
import { compose } from "./adapters/composition";
import { flushTelemetry } from "./adapters/telemetry";

const Request = t.type({ accountId: t.string });

/** How a stream stands after its release; null where there is no such stream. */
interface Released {
  readonly accountId: string;
  readonly version: number;
  readonly processing: "CURRENT" | "HELD";
  readonly reason: string | null;
  readonly detail: string | null;
}

const accountIdFrom = (request: unknown): string =>
  pipe(
    request,
    decodeWith(Request),
    E.match(
      (faults) => {
        throw new Error(`Not a request to release a stream: ${faults}`);
      },
      ({ accountId }) => accountId,
    ),
  );

/** The function behind the mutation `releaseStream`: lets a held stream go on. Throws when it could not be tried. */
export const createHandler = (settings: unknown) => {
  const ports = compose(settings);
  return async (request: unknown): Promise<Released | null> => {
    const accountId = accountIdFrom(request);
    const invocation = ports();
    const released = await pipe(
      releaseStream(accountId)(invocation),
      TE.chainW(() => invocation.readModel.load(accountId)),
    )();
    flushTelemetry();
    if (E.isLeft(released))
      throw new Error(`${accountId} could not be released`, { cause: released.left });
    if (O.isNone(released.right)) return null;
    const { version, held } = released.right.value;
    const hold = O.toNullable(held);
    return {
      accountId,
      version,
      processing: hold === null ? "CURRENT" : "HELD",
      reason: hold?.reason ?? null,
      detail: hold?.detail ?? null,
    };
  };
};
