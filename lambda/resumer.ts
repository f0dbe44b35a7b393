import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import * as t from "io-ts";
import { decodeWith } from "../core/projection/decoding";
import { resumeStream } from "../core/projection/resume-stream";
import { compose } from "./adapters/composition";
import { flushTelemetry } from "./adapters/telemetry";

const Request = t.type({ accountId: t.string });

/** How a stream stands after it was resumed; null where there is no such stream. */
interface Resumed {
  readonly accountId: string;
  readonly version: number;
  readonly processing: "CURRENT" | "SUSPENDED";
  readonly reason: string | null;
  readonly detail: string | null;
}

const accountIdFrom = (request: unknown): string =>
  pipe(
    request,
    decodeWith(Request),
    E.match(
      (faults) => {
        throw new Error(`Not a request to resume a stream: ${faults}`);
      },
      ({ accountId }) => accountId,
    ),
  );

/** The function behind the mutation `resumeStream`: lets a suspended stream go on. Throws when it could not be tried. */
export const createHandler = (settings: unknown) => {
  const ports = compose(settings);
  return async (request: unknown): Promise<Resumed | null> => {
    const accountId = accountIdFrom(request);
    const invocation = ports();
    const resumed = await pipe(
      resumeStream(accountId)(invocation),
      TE.chainW(() => invocation.readModel.load(accountId)),
    )();
    flushTelemetry();
    if (E.isLeft(resumed))
      throw new Error(`${accountId} could not be resumed`, { cause: resumed.left });
    if (O.isNone(resumed.right)) return null;
    const { version, suspended } = resumed.right.value;
    const suspension = O.toNullable(suspended);
    return {
      accountId,
      version,
      processing: suspension === null ? "CURRENT" : "SUSPENDED",
      reason: suspension?.reason ?? null,
      detail: suspension?.detail ?? null,
    };
  };
};
