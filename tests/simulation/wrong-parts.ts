import { PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as TE from "fp-ts/TaskEither";
import { decodeEvent } from "../../core/ledger/events";
import { emptySummary, fold, type Summary } from "../../core/projection/fold";
import type { ProjectionPorts, ReadModel } from "../../core/projection/ports";
import { projectBatch } from "../../core/projection/project-batch";
import { deliveriesFrom } from "../../lambda/adapters/stream-records";
import type { Client } from "./client";
import type { Command } from "./dynamo";

// What wrong projectors are made of: they wrap the right parts.

export type Put = PutCommand["input"];

/** Sends other puts than the adapter means to. */
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

export const isSummary = ({ Item }: Put): boolean => Item?.sk === "summary";
export const isEntry = ({ Item }: Put): boolean => String(Item?.sk).startsWith("entry:");

export const unconditionally = ({ TableName, Item }: Put): Put => ({ TableName, Item });

export const reading =
  (change: (command: Command) => Command) =>
  (client: Client): Client => ({ send: (command) => client.send(change(command)) });

export const withReadModel =
  (change: (readModel: ReadModel) => Partial<ReadModel>) =>
  (ports: ProjectionPorts): ProjectionPorts => ({
    ...ports,
    readModel: { ...ports.readModel, ...change(ports.readModel) },
  });

/** Moves the summary from wherever it is, not from where it was loaded. */
export const blindly = (readModel: ReadModel): Partial<ReadModel> => ({
  commit: (_, next) =>
    pipe(
      readModel.load(next.streamId),
      TE.chainW((present) => readModel.commit(present, next)),
    ),
});

export const isSuspended = ({ suspended }: Summary): boolean => O.isSome(suspended);

export const reporting =
  (report: (failed: ReadonlyArray<string>, all: ReadonlyArray<string>) => ReadonlyArray<string>) =>
  (deliveries: Parameters<typeof projectBatch>[0]) =>
  (ports: ProjectionPorts) =>
  async () =>
    report(
      await projectBatch(deliveries)(ports)(),
      deliveries.map(({ id }) => id),
    );

/** Folds every delivery as if it were the next event of its stream. */
export const foldWhatComes: typeof projectBatch = (deliveries) => (ports) => async () => {
  const failed: string[] = [];
  for (const { id, streamId, version, stored } of deliveries) {
    const folding = pipe(
      ports.readModel.load(streamId),
      TE.chainW((loaded) => {
        const summary = O.getOrElse(() => emptySummary(streamId, ports.projection))(loaded);
        const folded = fold(ports.digest)({ ...summary, version: version - 1 }, stored);
        if (E.isLeft(folded)) return TE.right(undefined);
        const [next, change] = folded.right;
        return pipe(
          ports.readModel.saveEntries([change]),
          TE.chain(() => ports.readModel.commit(loaded, next)),
        );
      }),
    );
    if (E.isLeft(await folding())) failed.push(id);
  }
  return failed;
};

export const passOnlyReadable: typeof deliveriesFrom = (event) => {
  const deliveries = deliveriesFrom(event);
  if (deliveries.some(({ stored }) => E.isLeft(decodeEvent(stored)))) throw new Error("unreadable");
  return deliveries;
};

export const failWithNotification: typeof projectBatch = (deliveries) => (ports) => async () => {
  let anyFailed = false;
  const noticing: ProjectionPorts["publisher"] = {
    publish: (change) =>
      pipe(
        ports.publisher.publish(change),
        TE.mapLeft((error) => {
          anyFailed = true;
          return error;
        }),
      ),
  };
  const failed = await projectBatch(deliveries)({ ...ports, publisher: noticing })();
  return anyFailed ? deliveries.map(({ id }) => id) : failed;
};
