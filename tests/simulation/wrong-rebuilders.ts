import { isDeepStrictEqual } from "node:util";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import type { Timestamp } from "../../core/projection/envelope";
import type { StreamVersion } from "../../core/projection/identifiers";
import type {
  ProjectionEnvironment,
  RebuildStore,
  StoredRebuild,
} from "../../core/projection/ports";
import { emptySummary, type Summary } from "../../core/projection/summary";
import { summarySortKey } from "../../lambda/adapters/keys";
import { commitBlindly, reading, withReadModel, withRebuilds } from "./wrong-parts";
import type { WrongProjector } from "./wrong-projectors";

// Rebuilders with one mistake each, and projectors whose mistake shows beside a rebuild.

const replaces = <State>(loaded: O.Option<Summary<State>>, next: Summary<State>): boolean =>
  pipe(
    loaded,
    O.exists(({ generation }) => generation < next.generation),
  );

/**
 * Takes the summary for what it is not while a rebuild is under way. It is replaced all the same: whatever is there then.
 */
const mistaking =
  (mistake: <State>(summary: Summary<State>) => Summary<State>) =>
  <State>(environment: ProjectionEnvironment<State>): ProjectionEnvironment<State> => {
    const { readModel, rebuilds } = environment;
    let building = false;
    return {
      ...environment,
      rebuilds: {
        ...rebuilds,
        load: (streamId) =>
          pipe(
            rebuilds.load(streamId),
            TE.map((stored) => {
              building = pipe(
                stored,
                O.flatMap(({ rebuild }) => rebuild),
                O.exists(({ replacedAt }) => O.isNone(replacedAt)),
              );
              return stored;
            }),
          ),
      },
      readModel: {
        ...readModel,
        load: (streamId) =>
          pipe(
            readModel.load(streamId),
            TE.map(O.map((summary) => (building ? mistake(summary) : summary))),
          ),
        commit: (loaded, next) =>
          replaces(loaded, next)
            ? commitBlindly(readModel).commit(loaded, next)
            : readModel.commit(loaded, next),
      },
    };
  };

export const wrongRebuilders: ReadonlyArray<WrongProjector> = [
  {
    mistake: "does not tell the rebuilder what an earlier release may have left unpublished",
    within: 40,
    kind: "batching",
    provoke: (plan) => ({
      ...plan,
      ...{ faultyEvents: 0, rebuilds: 0, oldRebuilds: 0 },
      deployment: { from: 100, to: 600, raises: true, readsEarlierRows: true, rollback: undefined },
      faults: { ...plan.faults, crashAfter: 0.2 },
    }),
    variant: {
      environment: (environment) => ({
        ...environment,
        rebuildQueue: {
          request: (streamId, known) => environment.rebuildQueue.request(streamId, known),
        },
      }),
    },
  },
  {
    mistake: "replaces a summary before the rebuild has its version",
    variant: {
      environment: mistaking((summary) => ({
        ...summary,
        version: Math.max(0, summary.version - 1) as StreamVersion,
      })),
    },
  },
  {
    mistake: "forgets how far a summary was that has moved while it was rebuilt",
    kind: "removing",
    variant: {
      environment: (environment) => {
        const first = new Map<string, StreamVersion>();
        return mistaking((summary) => {
          const version = first.get(summary.streamId) ?? summary.version;
          first.set(summary.streamId, version);
          return { ...summary, version };
        })(environment);
      },
    },
  },
  {
    mistake: "gives a rebuild up where the summary has moved meanwhile",
    kind: "removing",
    variant: {
      environment: withReadModel((readModel) => ({
        commit: (loaded, next) =>
          pipe(
            readModel.commit(loaded, next),
            TE.mapLeft((error) =>
              error._tag === "Superseded" && replaces(loaded, next)
                ? { _tag: "Unavailable", cause: "the summary has moved" }
                : error,
            ),
          ),
      })),
    },
  },
  {
    mistake: "forgets what a rebuild has done so far",
    variant: {
      environment: withRebuilds((rebuilds) => ({
        load: (streamId) =>
          pipe(
            rebuilds.load(streamId),
            TE.map(
              O.map(({ row, rebuild }) => ({
                row,
                rebuild: pipe(
                  rebuild,
                  O.map((known) => ({
                    ...known,
                    folded: emptySummary(
                      streamId,
                      known.folded.projectionVersion,
                      known.folded.generation,
                    ),
                  })),
                ),
              })),
            ),
          ),
      })),
    },
  },
  {
    mistake: "removes the rows that it has replaced at once",
    variant: {
      environment: withRebuilds((rebuilds) => ({
        load: (streamId) =>
          pipe(
            rebuilds.load(streamId),
            TE.map(
              O.map(({ row, rebuild }) => ({
                row,
                rebuild: pipe(
                  rebuild,
                  O.map((known) => ({
                    ...known,
                    replacedAt: pipe(
                      known.replacedAt,
                      O.map(() => "2000-01-01T00:00:00.000Z" as Timestamp),
                    ),
                  })),
                ),
              })),
            ),
          ),
      })),
    },
  },
  {
    mistake: "removes rows although another rebuild has begun meanwhile",
    within: 40,
    kind: "removing",
    provoke: (plan) => ({ ...plan, streams: 1, rebuilds: 8, duration: 500 }),
    variant: {
      environment: withRebuilds(<State>(rebuilds: RebuildStore<State>) => {
        const before = new Map<string, O.Option<StoredRebuild<State>>>();
        let removing = false;
        return {
          load: (streamId) => {
            const known = before.get(streamId);
            return removing && known !== undefined
              ? TE.right(known)
              : pipe(
                  rebuilds.load(streamId),
                  TE.map((stored) => {
                    before.set(streamId, stored);
                    return stored;
                  }),
                );
          },
          otherRows: (summary: Summary<State>) => {
            removing = true;
            return rebuilds.otherRows(summary);
          },
        };
      }),
    },
  },
  {
    mistake: "loads a summary eventually consistently",
    within: 25,
    kind: "suspending",
    // Events that come soon after their stream was resumed.
    provoke: (plan) => ({
      ...plan,
      ...{ streams: 2, commandsPerClient: 8, duration: 1_500, resumes: 12, rebuilds: 0 },
      ...{ rebuildsAll: false, lostEvents: 0, faultyEvents: 0, maximumRetryAttempts: 6 },
      faults: { ...plan.faults, slow: 0 },
    }),
    variant: {
      client: reading((command) =>
        command instanceof GetCommand && command.input.Key?.sk === summarySortKey
          ? new GetCommand({ ...command.input, ConsistentRead: false })
          : command,
      ),
    },
  },
  {
    mistake: "publishes the changes of a page side by side",
    variant: {
      publisher: (publish) => ({
        publish: (changes) => async () => {
          await Promise.all(changes.map((change) => publish(change).catch(() => undefined)));
        },
      }),
    },
  },
  {
    mistake: "reports a suspension only when its invocation ends",
    variant: { flushing: { atSuspension: false, atEnd: true } },
  },
  {
    mistake: "does not write out what it has counted when its invocation ends",
    variant: { flushing: { atSuspension: true, atEnd: false } },
  },
  {
    mistake: "recognises a command only in the form in which it was recorded",
    kind: "batching",
    provoke: (plan) => ({ ...plan, newFormAt: 50, faults: { ...plan.faults, unanswered: 0.2 } }),
    variant: {
      isSameCommand: (stored, item) =>
        stored.commandId === item.commandId && isDeepStrictEqual(stored.data, item.data),
    },
  },
];
