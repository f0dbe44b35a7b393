import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import { noVersion, type StreamId } from "../../core/projection/identifiers";
import { resumeStream } from "../../core/projection/resume-stream";
import { isSuspended, type Summary } from "../../core/projection/summary";
import { type DomainCommand, exitCode, jsonText, lines } from "../command";
import { CommandError, explain, explainProjectionError } from "../errors";
import { plain } from "../report";
import { forEachOf } from "../streams";
import { suspendedStreams } from "../suspended-streams";
import { type OpenTables, requireStream } from "../tables";
import { wordsOf } from "../words";
import { requiredStreamId } from "./stream-option";

/** A stream's summary before and after it was resumed. */
interface Resumed {
  readonly before: O.Option<Summary<unknown>>;
  readonly after: O.Option<Summary<unknown>>;
}

/** How the resume of one stream ended. */
interface Answer {
  readonly streamId: StreamId;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly resolved: boolean;
}

const resumeOne = async <State>(
  { environment }: OpenTables<State>,
  streamId: StreamId,
): Promise<Resumed> => {
  const load = async () => {
    const loaded = await environment.readModel.load(streamId)();
    if (E.isRight(loaded)) return loaded.right;
    throw new CommandError(`${streamId}: ${explainProjectionError(loaded.left)}`);
  };
  const before = await load();
  const resumed = await resumeStream<State>(streamId)(environment)();
  if (E.isLeft(resumed)) {
    throw new CommandError(`${streamId}: ${explainProjectionError(resumed.left)}`);
  }
  return { before, after: await load() };
};

const answerFrom = (streamId: StreamId, { before, after }: Resumed): Answer => {
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
  return {
    streamId,
    text,
    json: { version, wasSuspended, suspension: O.toNullable(suspension) },
    resolved: O.isNone(suspension),
  };
};

/** Resumes every stream of the list. One that cannot be resumed stops no other. */
const resumeAll = async <State>(tables: OpenTables<State>): Promise<ReadonlyArray<Answer>> => {
  const answers: Answer[] = [];
  const listed: StreamId[] = [];
  for await (const row of suspendedStreams(tables)) {
    if (E.isRight(row)) listed.push(row.right.streamId);
    else answers.push(failed(row.left.streamId as StreamId, `its row ${row.left.fault}`));
  }
  await forEachOf(listed, async (streamId) => {
    try {
      answers.push(answerFrom(streamId, await resumeOne(tables, streamId)));
    } catch (error) {
      answers.push(failed(streamId, explain(error)));
    }
  });
  return answers;
};

const failed = (streamId: StreamId, error: string): Answer => ({
  streamId,
  text: `${streamId} was not resumed: ${error}`,
  json: { error },
  resolved: false,
});

export const resume: DomainCommand = ({ name }) => {
  const { stream, aStream, streams, idField } = wordsOf(name);
  const one = `--${stream} ID`;
  const jsonOf = ({ streamId, json }: Answer) => ({ [idField]: streamId, ...json });
  return {
    summary: `fold suspended ${streams} on from the events that suspended them`,
    usage: `resume ${one} | --all --stack NAME | --local [--json]`,
    help: `Resumes a suspended ${stream}: folds its events in order, from the one that suspended it to the last. Where that event
still cannot be folded, the ${stream} is suspended again, and the exit code is 1. Where ${aStream} is not suspended, its
events are folded to the last one. A resume that failed may have ended the suspension already: repeat it until it
succeeds.

  ${one.padEnd(16)} this ${stream}
  --all            every ${stream} in the list of suspended ones, e.g. after a deployment during which the earlier release
                   has met events of the later one

This command publishes nothing to subscribers; the mutation resumeStream does.`,
    options: { [stream]: { type: "string" }, all: { type: "boolean" } },
    check: (values) => {
      if (values.all !== true) requiredStreamId(stream, values);
      else if (values[stream] !== undefined) {
        throw new CommandError(`say which: ${one} or --all`);
      }
    },
    run: async ({ tables, json, write }, values) => {
      if (values.all === true) {
        const answers = await resumeAll(tables);
        await write(
          json
            ? jsonText(answers.map(jsonOf))
            : answers.length === 0
              ? lines(`No ${stream} is suspended.`)
              : lines(...answers.map(({ text }) => plain(text))),
        );
        return answers.every(({ resolved }) => resolved) ? exitCode.done : exitCode.unresolved;
      }
      const streamId = requiredStreamId(stream, values);
      await requireStream(tables, streamId);
      const answer = answerFrom(streamId, await resumeOne(tables, streamId));
      await write(json ? jsonText(jsonOf(answer)) : lines(plain(answer.text)));
      return answer.resolved ? exitCode.done : exitCode.unresolved;
    },
  };
};
