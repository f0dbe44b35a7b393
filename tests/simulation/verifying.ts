import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as RA from "fp-ts/ReadonlyArray";
import * as TE from "fp-ts/TaskEither";
import { dynamoStoredRows, expectedRowsOf } from "../../cli/stored-rows";
import type { StreamId } from "../../core/projection/identifiers";
import type { VerificationEnvironment } from "../../core/verification/environment";
import {
  type Finding,
  isUnsettled,
  settle,
  standsStill,
  type Verification,
} from "../../core/verification/verification";
import { verifyStream } from "../../core/verification/verify-stream";
import { dynamoEventStore } from "../../lambda/adapters/event-store";
import { asDocumentClient, clientFor } from "./client";
import type { Release } from "./releases";
import { revision } from "./rules";
import type { World } from "./world";

// What `verify` does with one stream: see cli/commands/verify.ts.

const pauseMs = 2_000;
const maxLooks = 5;

const environmentOf = <State>(
  world: World,
  { rules, sees }: Release<State>,
): VerificationEnvironment<State> => {
  const process = world.process("verify");
  // Where it cannot read, it says so, and nothing else.
  process.sheltered = true;
  const documents = asDocumentClient(clientFor(world, process));
  const events = dynamoEventStore(documents, world.events.name);
  return {
    projectionVersion: rules.projectionVersion,
    fold: rules.fold,
    now: world.now,
    events: {
      readAfter: (streamId, version) =>
        pipe(events.readAfter(streamId, version), TE.map(RA.map(sees))),
    },
    storedRows: dynamoStoredRows(documents, world.readModel.name, rules.rows),
    expectedRows: expectedRowsOf(rules.rows),
  };
};

/** Looks at a stream until what is seen has been seen twice. */
export const verify = async <State>(
  world: World,
  release: Release<State>,
  streamId: StreamId,
): Promise<Verification> => {
  const environment = environmentOf(world, release);
  const look = async (): Promise<Verification> => {
    const seen = await verifyStream<State>(streamId)(environment)();
    if (E.isLeft(seen)) throw world.journal.violated(`${streamId} could not be verified`);
    return seen.right;
  };
  world.journal.count("verified");
  const first = await look();
  if (!isUnsettled(first)) return first;
  for (let looks = 2; ; looks += 1) {
    await world.scheduler.turn(world.network, pauseMs);
    const settled = settle(first, await look());
    if (looks >= maxLooks || !standsStill(first, settled)) return settled;
  }
};

/**
 * Findings that accuse nobody: another release has written the rows, this one may not even be able to read them; or a
 * projector has died between its two writes.
 */
export const isAccusation = ({ detail }: Finding): boolean =>
  !detail.startsWith("written by projection version") &&
  !detail.startsWith(`the summary cannot be read: ${revision}:`) &&
  !detail.startsWith("the statement has entries beyond");
