import {
  BatchWriteCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RA from "fp-ts/ReadonlyArray";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import { nextVersion } from "../../core/projection/identifiers";
import type { EventStore } from "../../core/projection/ports";
import { resumeStream } from "../../core/projection/resume-stream";
import { type Change, isSuspended } from "../../core/projection/summary";
import type { Variant } from "./functions";
import type { Kind, Plan } from "./plan";
import {
  batching,
  commitBlindly,
  foldWhatComes,
  inEnvironment,
  isEntry,
  isSummary,
  type Put,
  projectOnlyReadable,
  reading,
  reporting,
  sending,
  unconditionally,
  withReadModel,
} from "./wrong-parts";

// Projectors with one mistake each, as somebody might make it. The simulation has to catch every one of them.

export interface WrongProjector {
  /** Names its mistake, as the end of "a projector that …". */
  readonly mistake: string;
  /** It is caught at one of the first so many seeds: 10, unless it says otherwise. */
  readonly within?: number;
  /** The kind of plan that provokes it; any, unless it says so. */
  readonly kind?: Kind;
  /** Makes a plan provoke it more often. */
  readonly provoke?: (plan: Plan) => Plan;
  readonly variant: Variant;
}

export const wrongProjectors: ReadonlyArray<WrongProjector> = [
  {
    mistake: "moves a summary under no condition",
    kind: "suspending",
    variant: { client: sending((put) => (isSummary(put) ? unconditionally(put) : put)) },
  },
  {
    mistake: "cannot write an entry a second time",
    kind: "removing",
    variant: {
      client: (client) => ({
        send: async (command) => {
          if (!(command instanceof BatchWriteCommand)) return client.send(command);
          for (const [TableName, writes] of Object.entries(command.input.RequestItems ?? {})) {
            for (const { PutRequest } of writes) {
              const Item = PutRequest?.Item;
              if (!isEntry(Item)) continue;
              const ConditionExpression = "attribute_not_exists(pk)";
              await client.send(new PutCommand({ TableName, Item, ConditionExpression }));
            }
          }
          return {};
        },
      }),
    },
  },
  {
    mistake: "moves a summary before its entries are written",
    variant: {
      environment: withReadModel((readModel) => {
        let unsaved: ReadonlyArray<Change> = [];
        return {
          saveEntries: (changes) => {
            unsaved = changes;
            return TE.right(undefined);
          },
          commit: (loaded, next) =>
            pipe(
              readModel.commit(loaded, next),
              TE.flatMap(() => readModel.saveEntries(unsaved)),
            ),
        };
      }),
    },
  },
  {
    mistake: "does not read the event table where the stream has left a gap",
    variant: {
      environment: (environment) => ({ ...environment, events: { readAfter: () => TE.right([]) } }),
    },
  },
  {
    mistake: "reads the event table eventually consistently",
    variant: {
      client: reading((command) =>
        command instanceof QueryCommand
          ? new QueryCommand({ ...command.input, ConsistentRead: false })
          : command,
      ),
    },
  },
  { mistake: "folds whatever is delivered", variant: { batch: foldWhatComes } },
  {
    mistake: "reports the last record of a batch instead of those that failed",
    kind: "batching",
    variant: {
      batch: reporting((failed, all) => (failed.length > 0 ? all.slice(-1) : [])),
    },
  },
  { mistake: "reports no failures", kind: "batching", variant: { batch: reporting(() => []) } },
  {
    mistake: "takes an entry for written although there was no answer",
    kind: "suspending",
    variant: {
      environment: withReadModel((readModel) => ({
        saveEntries: (changes) =>
          TE.fromTask(T.map(() => undefined)(readModel.saveEntries(changes))),
      })),
    },
  },
  {
    mistake: "fails a whole batch for one event that cannot be decoded",
    variant: { batch: projectOnlyReadable },
  },
  {
    mistake: "fails a batch for a publication",
    variant: {
      publisher: (publish) => ({
        publish: (changes) => async () => {
          for (const change of changes) await publish(change);
        },
      }),
    },
  },
  {
    mistake: "publishes a change before it is committed",
    variant: {
      environment: (environment) => ({
        ...environment,
        readModel: {
          ...environment.readModel,
          saveEntries: (changes) =>
            pipe(
              environment.publisher.publish(changes),
              T.flatMap(() => environment.readModel.saveEntries(changes)),
            ),
        },
      }),
    },
  },
  {
    mistake: "publishes nothing of what is delivered again",
    variant: { environment: (environment) => ({ ...environment, rewind: () => O.none }) },
  },
  {
    mistake: "publishes the last change of a page, and no other",
    variant: {
      publisher: (publish) => ({
        publish: (changes) => async () => {
          for (const change of changes.slice(-1)) await publish(change).catch(() => undefined);
        },
      }),
    },
  },
  {
    mistake: "reports a suspended stream when it suspends it, and never again",
    variant: {
      environment: (environment) => {
        const own = new Set<string>();
        return {
          ...environment,
          readModel: {
            ...environment.readModel,
            commit: (loaded, next) => {
              if (O.isSome(next.suspension)) own.add(next.streamId);
              return environment.readModel.commit(loaded, next);
            },
          },
          telemetry: {
            ...environment.telemetry,
            suspended: (streamId, suspension) =>
              own.has(streamId)
                ? environment.telemetry.suspended(streamId, suspension)
                : () => undefined,
          },
        };
      },
    },
  },
  {
    mistake: "skips an event that it should suspend its stream at",
    variant: {
      environment: withReadModel((readModel) => ({
        commit: (loaded, next) =>
          readModel.commit(
            loaded,
            isSuspended(next)
              ? { ...next, version: nextVersion(next.version), suspension: O.none }
              : next,
          ),
      })),
    },
  },
  {
    mistake: "lists a suspended stream in a write of its own",
    variant: {
      client: (client) => ({
        send: async (command) => {
          if (!(command instanceof TransactWriteCommand)) return client.send(command);
          for (const write of command.input.TransactItems ?? []) {
            await client.send(
              write.Put
                ? new PutCommand(write.Put as Put)
                : new TransactWriteCommand({ TransactItems: [write] }),
            );
          }
          return {};
        },
      }),
    },
  },
  {
    mistake: "resumes a stream past the event it was suspended at",
    variant: {
      resume: inEnvironment(
        withReadModel((readModel) => ({
          load: (id) =>
            pipe(
              readModel.load(id),
              TE.map(
                O.map((summary) =>
                  isSuspended(summary)
                    ? { ...summary, version: nextVersion(summary.version) }
                    : summary,
                ),
              ),
            ),
          ...commitBlindly(readModel),
        })),
        resumeStream,
      ),
    },
  },
  {
    mistake: "resumes at the event a stream was suspended at, and drops those after it",
    variant: {
      resume: inEnvironment((environment) => {
        let pages = 0;
        const readAfter: EventStore["readAfter"] = (id, after) => {
          pages += 1;
          return pages > 1
            ? TE.right([])
            : pipe(environment.events.readAfter(id, after), TE.map(RA.takeLeft(1)));
        };
        return { ...environment, events: { readAfter } };
      }, resumeStream),
    },
  },
  {
    mistake: "leaves a stream alone that was resumed half-way, by a resume that failed",
    kind: "batching",
    variant: {
      resume: inEnvironment(
        withReadModel((readModel) => ({
          load: (id) => pipe(readModel.load(id), TE.map(O.filter(isSuspended))),
        })),
        resumeStream,
      ),
    },
  },
  {
    mistake: "replaces a summary by a rebuilt one under no condition",
    kind: "removing",
    variant: {
      environment: withReadModel((readModel) => ({
        commit: (loaded, next) =>
          pipe(
            loaded,
            O.exists((summary) => summary.generation < next.generation),
          )
            ? commitBlindly(readModel).commit(loaded, next)
            : readModel.commit(loaded, next),
      })),
    },
  },
  {
    mistake: "writes the entries of every generation under the keys of the first",
    variant: {
      client: batching(({ PutRequest, ...others }) => [
        isEntry(PutRequest?.Item)
          ? {
              PutRequest: {
                Item: {
                  ...PutRequest?.Item,
                  sk: String(PutRequest?.Item?.sk).replace(/\.\d+:/, ".1:"),
                },
              },
            }
          : { ...others, ...(PutRequest && { PutRequest }) },
      ]),
    },
  },
  {
    mistake: "takes no notice of the writes that a batch has left undone",
    variant: {
      client: (client) => ({
        send: async (command) => {
          const output = await client.send(command);
          return command instanceof BatchWriteCommand ? {} : output;
        },
      }),
    },
  },
  {
    mistake: "lets an old release go on with the summaries of a later one",
    variant: {
      environment: (environment) => {
        const { projectionVersion } = environment;
        return pipe(
          environment,
          withReadModel((readModel) => ({
            load: (id) =>
              pipe(
                readModel.load(id),
                TE.map(O.map((summary) => ({ ...summary, projectionVersion }))),
              ),
            ...commitBlindly(readModel),
          })),
        );
      },
    },
  },
];
