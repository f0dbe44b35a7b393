import { BatchWriteCommand, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import type { ReaderTask } from "fp-ts/ReaderTask";
import * as TE from "fp-ts/TaskEither";
import type { StreamId, StreamVersion } from "../../core/projection/identifiers";
import type { ProjectionEnvironment, ReadModel, RebuildStore } from "../../core/projection/ports";
import { type Delivery, projectBatch } from "../../core/projection/project-batch";
import { emptySummary, type Summary } from "../../core/projection/summary";
import type { UseCase } from "../../core/projection/use-case";
import { entryPrefix, summarySortKey } from "../../lambda/adapters/keys";
import type { Client } from "./client";
import type { Command } from "./commands";

// Parts of wrong projectors: they wrap the right parts.

export type Put = PutCommand["input"];
export type Batched = NonNullable<BatchWriteCommand["input"]["RequestItems"]>[string][number];

/** Changes the puts of the adapter before it sends them. */
export const sending =
  (change: (put: Put) => Put) =>
  (client: Client): Client => ({
    send: (command) => {
      if (command instanceof PutCommand) return client.send(new PutCommand(change(command.input)));
      if (!(command instanceof TransactWriteCommand)) return client.send(command);
      const TransactItems = command.input.TransactItems?.map((write) =>
        write.Put ? { Put: change(write.Put) as typeof write.Put } : write,
      );
      return client.send(new TransactWriteCommand({ TransactItems }));
    },
  });

/** Changes the writes of the adapter's batches before it sends them. */
export const batching =
  (change: (write: Batched) => ReadonlyArray<Batched>) =>
  (client: Client): Client => ({
    send: async (command) => {
      if (!(command instanceof BatchWriteCommand)) return client.send(command);
      const RequestItems = Object.fromEntries(
        Object.entries(command.input.RequestItems ?? {}).map(([table, writes]) => [
          table,
          writes.flatMap(change),
        ]),
      );
      const isEmpty = Object.values(RequestItems).every((writes) => writes.length === 0);
      return isEmpty ? {} : client.send(new BatchWriteCommand({ RequestItems }));
    },
  });

export const isSummary = ({ Item }: Put): boolean => Item?.sk === summarySortKey;
export const isEntry = (item: Record<string, unknown> | undefined): boolean =>
  String(item?.sk).startsWith(entryPrefix);

export const unconditionally = ({ TableName, Item }: Put): Put => ({ TableName, Item });

export const reading =
  (change: (command: Command) => Command) =>
  (client: Client): Client => ({ send: (command) => client.send(change(command)) });

export const withReadModel =
  (change: <State>(readModel: ReadModel<State>) => Partial<ReadModel<State>>) =>
  <State>(environment: ProjectionEnvironment<State>): ProjectionEnvironment<State> => ({
    ...environment,
    readModel: { ...environment.readModel, ...change(environment.readModel) },
  });

export const withRebuilds =
  (change: <State>(rebuilds: RebuildStore<State>) => Partial<RebuildStore<State>>) =>
  <State>(environment: ProjectionEnvironment<State>): ProjectionEnvironment<State> => ({
    ...environment,
    rebuilds: { ...environment.rebuilds, ...change(environment.rebuilds) },
  });

/** Moves the summary from wherever it is, not from where it was loaded. */
export const commitBlindly = <State>(
  readModel: ReadModel<State>,
): Pick<ReadModel<State>, "commit"> => ({
  commit: (_, next) =>
    pipe(
      readModel.load(next.streamId),
      TE.orElseW((error) =>
        error._tag === "UnreadableSummary" ? TE.right(O.none) : TE.left(error),
      ),
      TE.flatMap((present) => readModel.commit(present, next)),
    ),
});

type Environments = <State>(
  environment: ProjectionEnvironment<State>,
) => ProjectionEnvironment<State>;
type OfStream = <State>(streamId: StreamId) => UseCase<State, void>;

/** Runs a use case in another environment. */
export const inEnvironment =
  (change: Environments, useCase: OfStream): OfStream =>
  <State>(streamId: StreamId): UseCase<State, void> =>
  (environment) =>
    useCase<State>(streamId)(change(environment));

type ProjectBatch = <State>(
  deliveries: ReadonlyArray<Delivery>,
) => ReaderTask<ProjectionEnvironment<State>, ReadonlyArray<string>>;

export const reporting =
  (
    report: (failed: ReadonlyArray<string>, all: ReadonlyArray<string>) => ReadonlyArray<string>,
  ): ProjectBatch =>
  <State>(deliveries: ReadonlyArray<Delivery>) =>
  (environment: ProjectionEnvironment<State>) =>
  async () =>
    report(
      await projectBatch<State>(deliveries)(environment)(),
      deliveries.map(({ id }) => id),
    );

const summaryOr = <State>(
  { projectionVersion }: ProjectionEnvironment<State>,
  streamId: StreamId,
): ((loaded: O.Option<Summary<State>>) => Summary<State>) =>
  O.getOrElse((): Summary<State> => emptySummary(streamId, projectionVersion));

/** Folds every delivery as if it were the next event of its stream. */
export const foldWhatComes: ProjectBatch = (deliveries) => (environment) => async () => {
  const { fold, readModel } = environment;
  const failed: string[] = [];
  for (const { id, streamId, version, stored } of deliveries) {
    const folding = pipe(
      readModel.load(streamId),
      TE.flatMap((loaded) => {
        const summary = summaryOr(environment, streamId)(loaded);
        const folded = fold({ ...summary, version: (version - 1) as StreamVersion }, stored);
        if (E.isLeft(folded)) return TE.right(undefined);
        const [next, change] = folded.right;
        return pipe(
          readModel.saveEntries([change]),
          TE.flatMap(() => readModel.commit(loaded, next)),
          TE.flatMapTask(() => environment.publisher.publish([change])),
        );
      }),
    );
    if (E.isLeft(await folding())) failed.push(id);
  }
  return failed;
};

/** Projects a batch only if every event in it can be decoded. */
export const projectOnlyReadable: ProjectBatch =
  <State>(deliveries: ReadonlyArray<Delivery>) =>
  (environment: ProjectionEnvironment<State>) =>
  async () => {
    const unreadable = deliveries.some(({ streamId, stored }) => {
      const folded = environment.fold(
        emptySummary(streamId, environment.projectionVersion),
        stored,
      );
      // The fold decodes an event before it checks the version.
      return E.isLeft(folded) && folded.left.reason !== "MISSING_EVENT";
    });
    if (unreadable) throw new Error("a batch holds an event that cannot be decoded");
    return projectBatch<State>(deliveries)(environment)();
  };
