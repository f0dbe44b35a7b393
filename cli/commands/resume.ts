import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import { noVersion, type StreamId } from "../../core/projection/identifiers";
import { resumeStream } from "../../core/projection/resume-stream";
import { isSuspended, type Summary } from "../../core/projection/summary";
import { type DomainCommand, exitCode, jsonText, lines } from "../command";
import { CommandError, explainProjectionError } from "../errors";
import { answerOf, type OpenTables, requireStream } from "../tables";
import { wordsOf } from "../words";
import { requiredStreamId } from "./stream-option";

/** A stream's summary before and after it was resumed. */
interface Resumed {
  readonly before: O.Option<Summary<unknown>>;
  readonly after: O.Option<Summary<unknown>>;
}

const resumeOne = async <State>(
  { environment }: OpenTables<State>,
  streamId: StreamId,
): Promise<Resumed> => {
  const load = () => answerOf(environment.readModel.load(streamId));
  const before = await load();
  const resumed = await resumeStream<State>(streamId)(environment)();
  if (E.isLeft(resumed)) {
    throw new CommandError(`${streamId}: ${explainProjectionError(resumed.left)}`);
  }
  return { before, after: await load() };
};

export const resume: DomainCommand = ({ name }) => {
  const { stream, aStream, idField } = wordsOf(name);
  return {
    summary: `fold a suspended ${stream} on from the event that suspended it`,
    usage: `resume --${stream} ID --stack NAME | --local [--json]`,
    help: `Resumes a suspended ${stream}: folds its events in order, from the one that suspended it to the last. Where that event
still cannot be folded, the ${stream} is suspended again, and the exit code is 1. Where ${aStream} is not suspended, its
events are folded to the last one. A resume that failed may have ended the suspension already: repeat it until it
succeeds.

This command publishes nothing to subscribers; the mutation resumeStream does.`,
    options: { [stream]: { type: "string" } },
    check: (values) => void requiredStreamId(stream, values),
    run: async ({ tables, json, write }, values) => {
      const streamId = requiredStreamId(stream, values);
      await requireStream(tables, streamId);
      const { before, after } = await resumeOne(tables, streamId);
      const wasSuspended = O.exists(isSuspended)(before);
      const suspension = pipe(
        after,
        O.flatMap(({ suspension }) => suspension),
      );
      const version = pipe(
        after,
        O.match(
          () => noVersion,
          ({ version }) => version,
        ),
      );
      const text = pipe(
        suspension,
        O.match(
          () =>
            wasSuspended
              ? `${streamId} was resumed and is at version ${version}.`
              : `${streamId} is not suspended; it is at version ${version}.`,
          ({ version, reason, detail }) =>
            `${streamId} is suspended again, before event ${version}: ${reason}, ${detail}`,
        ),
      );
      await write(
        json
          ? jsonText({
              [idField]: streamId,
              version,
              wasSuspended,
              suspension: O.toNullable(suspension),
            })
          : lines(text),
      );
      return O.isNone(suspension) ? exitCode.done : exitCode.unresolved;
    },
  };
};
