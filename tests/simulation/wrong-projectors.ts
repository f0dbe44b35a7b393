import { PutCommand, QueryCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as RTE from "fp-ts/ReaderTaskEither";
import * as T from "fp-ts/Task";
import * as TE from "fp-ts/TaskEither";
import type { Summary } from "../../core/projection/fold";
import type { ProjectionPorts, ReadModel } from "../../core/projection/ports";
import { rebuildStream } from "../../core/projection/rebuild-stream";
import { resumeStream } from "../../core/projection/resume-stream";
import type { Variant } from "./projector";
import {
  blindly,
  failWithNotification,
  foldWhatComes,
  isEntry,
  isSummary,
  isSuspended,
  type Put,
  passOnlyReadable,
  reading,
  reporting,
  sending,
  unconditionally,
  withReadModel,
} from "./wrong-parts";

// Projectors with one mistake each, as somebody might make it. The simulation has to catch every one of them.

export interface WrongProjector {
  /** What it does wrong. */
  readonly mistake: string;
  /** It is caught at one of the first so many seeds. */
  readonly within: number;
  readonly variant: Variant;
}

export const wrongProjectors: ReadonlyArray<WrongProjector> = [
  {
    mistake: "moves a summary under no condition",
    within: 25,
    variant: { client: sending((put) => (isSummary(put) ? unconditionally(put) : put)) },
  },
  {
    mistake: "cannot write an entry a second time",
    within: 25,
    variant: {
      client: sending((put) =>
        isEntry(put)
          ? { ...unconditionally(put), ConditionExpression: "attribute_not_exists(pk)" }
          : put,
      ),
    },
  },
  {
    mistake: "moves a summary before its entries are written",
    within: 25,
    variant: {
      ports: withReadModel((readModel) => {
        let unsaved: Parameters<ReadModel["saveEntries"]>[0] = [];
        return {
          saveEntries: (changes) => {
            unsaved = changes;
            return TE.right(undefined);
          },
          commit: (loaded, next) =>
            pipe(
              readModel.commit(loaded, next),
              TE.chain(() => readModel.saveEntries(unsaved)),
            ),
        };
      }),
    },
  },
  {
    mistake: "does not read the event table where the stream has left a gap",
    within: 25,
    variant: { ports: (ports) => ({ ...ports, events: { readAfter: () => TE.right([]) } }) },
  },
  {
    mistake: "reads the event table eventually consistently",
    within: 25,
    variant: {
      client: reading((command) =>
        command instanceof QueryCommand
          ? new QueryCommand({ ...command.input, ConsistentRead: false })
          : command,
      ),
    },
  },
  { mistake: "folds whatever is delivered", within: 25, variant: { batch: foldWhatComes } },
  {
    mistake: "reports the last record of a batch instead of those that failed",
    within: 25,
    variant: {
      batch: reporting((failed, all) => (failed.length > 0 ? all.slice(-1) : [])),
    },
  },
  { mistake: "reports no failures", within: 25, variant: { batch: reporting(() => []) } },
  {
    mistake: "takes an entry for written although there was no answer",
    within: 25,
    variant: {
      ports: withReadModel((readModel) => ({
        saveEntries: (changes) =>
          TE.fromTask(T.map(() => undefined)(readModel.saveEntries(changes))),
      })),
    },
  },
  {
    mistake: "fails a whole batch for one event that cannot be decoded",
    within: 25,
    variant: { deliveries: passOnlyReadable },
  },
  {
    mistake: "fails a batch for a notification",
    within: 25,
    variant: { batch: failWithNotification },
  },
  {
    mistake: "publishes a change before it is committed",
    within: 25,
    variant: {
      ports: (ports) => ({
        ...ports,
        readModel: {
          ...ports.readModel,
          saveEntries: (changes) =>
            pipe(
              changes,
              TE.traverseSeqArray((change) => ports.publisher.publish(change)),
              TE.chainW(() => ports.readModel.saveEntries(changes)),
            ),
        },
      }),
    },
  },
  {
    mistake: "skips an event that it should suspend its stream at",
    within: 25,
    variant: {
      ports: withReadModel((readModel) => ({
        commit: (loaded, next) =>
          readModel.commit(
            loaded,
            isSuspended(next) ? { ...next, version: next.version + 1, suspended: O.none } : next,
          ),
      })),
    },
  },
  {
    mistake: "lists a suspended stream in a write of its own",
    within: 25,
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
    within: 25,
    variant: {
      resume: (streamId) => (ports) =>
        resumeStream(streamId)(
          withReadModel((readModel) => ({
            load: (id) =>
              pipe(
                readModel.load(id),
                TE.map(
                  O.map((summary) =>
                    isSuspended(summary) ? { ...summary, version: summary.version + 1 } : summary,
                  ),
                ),
              ),
            ...blindly(readModel),
          }))(ports),
        ),
    },
  },
  {
    mistake: "resumes at the event a stream was suspended at, and drops those after it",
    within: 25,
    variant: {
      resume: (streamId) => (ports) => {
        let pages = 0;
        const readAfter: ProjectionPorts["events"]["readAfter"] = (id, version) => {
          pages += 1;
          return pages > 1
            ? TE.right([])
            : TE.map((page: ReadonlyArray<unknown>) => page.slice(0, 1))(
                ports.events.readAfter(id, version),
              );
        };
        return resumeStream(streamId)({ ...ports, events: { readAfter } });
      },
    },
  },
  {
    mistake: "leaves a stream alone that a resume which failed half-way has let go",
    within: 25,
    variant: {
      resume: (streamId) =>
        RTE.local(
          withReadModel((readModel) => ({
            load: (id) => pipe(readModel.load(id), TE.map(O.filter(isSuspended))),
          })),
        )(resumeStream(streamId)),
    },
  },
  {
    mistake: "replaces a summary by a rebuilt one under no condition",
    within: 25,
    variant: {
      ports: withReadModel((readModel) => ({
        commit: (loaded, next) =>
          O.isSome(loaded) && loaded.value.projection < next.projection
            ? (blindly(readModel).commit ?? readModel.commit)(loaded, next)
            : readModel.commit(loaded, next),
      })),
      rebuild: (streamId) => RTE.local(withReadModel(blindly))(rebuildStream(streamId)),
    },
  },
  {
    mistake: "lets an old release overwrite the entries of a later one",
    within: 25,
    variant: { client: sending((put) => (isEntry(put) ? unconditionally(put) : put)) },
  },
  {
    mistake: "lets an old release go on with the summaries of a later one",
    within: 25,
    variant: {
      ports: (ports) =>
        withReadModel((readModel) => ({
          load: (id) =>
            TE.map(O.map((summary: Summary) => ({ ...summary, projection: ports.projection })))(
              readModel.load(id),
            ),
          ...blindly(readModel),
        }))(ports),
    },
  },
];
