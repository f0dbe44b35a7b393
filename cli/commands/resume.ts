import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import { noVersion, type StreamId } from "../../core/projection/identifiers";
import type { ProjectionEnvironment, RebuildQueue } from "../../core/projection/ports";
import { resumeStream } from "../../core/projection/resume-stream";
import { isSuspended, type Summary } from "../../core/projection/summary";
import { type DomainCommand, exitCode, jsonText, lines } from "../command";
import { CommandError, explain, explainProjectionError } from "../errors";
import { forEachOf } from "../streams";
import { suspendedStreams } from "../suspended-streams";
import { answerOf, type OpenTables, requireStream } from "../tables";
import { wordsOf } from "../words";
import { requiredStreamId } from "./stream-option";

/** A stream's summary before and after it was resumed. */
interface Resumed {
  readonly before: O.Option<Summary<unknown>>;
  readonly after: O.Option<Summary<unknown>>;
  /** Whether the rebuilder was asked to fold what is left of the events. */
  readonly leftToRebuilder: boolean;
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
  let asked = false;
  const request: RebuildQueue["request"] = (...stream) =>
    pipe(
      environment.rebuildQueue.request(...stream),
      TE.tapIO(() => () => {
        asked = true;
      }),
    );
  const resumed = await resumeStream<State>(streamId)({
    ...environment,
    rebuildQueue: { request },
  })();
  if (E.isLeft(resumed)) {
    throw new CommandError(`${streamId}: ${explainProjectionError(resumed.left)}`);
  }
  const after = await load();
  return { before, after, leftToRebuilder: asked && !(await isAtTheEnd(environment, after)) };
};

/** Whether all events of a stream are folded, or none can be until it is resumed again. */
const isAtTheEnd = async (
  { events }: Pick<ProjectionEnvironment<unknown>, "events">,
  summary: O.Option<Summary<unknown>>,
): Promise<boolean> => {
  if (O.isNone(summary) || isSuspended(summary.value)) return true;
  const { streamId, version, rebuilding } = summary.value;
  return !rebuilding && (await answerOf(events.readAfter(streamId, version))).length === 0;
};

const answerFrom = (streamId: StreamId, { before, after, leftToRebuilder }: Resumed): Answer => {
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
  const rest = leftToRebuilder ? " The rebuilder folds the rest of its events." : "";
  const text = pipe(
    suspension,
    O.match(
      () =>
        wasSuspended
          ? `${streamId} was resumed and is at version ${version}.${rest}`
          : `${streamId} is not suspended; it is at version ${version}.${rest}`,
      ({ version, reason, detail }) =>
        `${streamId} is suspended again, before event ${version}: ${reason}, ${detail}`,
    ),
  );
  return {
    streamId,
    text,
    json: { version, wasSuspended, leftToRebuilder, suspension: O.toNullable(suspension) },
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
succeeds. What a resume leaves to the rebuilder, a function of the stack, is said; you need not repeat it for that.

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
              : lines(...answers.map(({ text }) => text)),
        );
        return answers.every(({ resolved }) => resolved) ? exitCode.done : exitCode.unresolved;
      }
      const streamId = requiredStreamId(stream, values);
      await requireStream(tables, streamId);
      const answer = answerFrom(streamId, await resumeOne(tables, streamId));
      await write(json ? jsonText(jsonOf(answer)) : lines(answer.text));
      return answer.resolved ? exitCode.done : exitCode.unresolved;
    },
  };
};
