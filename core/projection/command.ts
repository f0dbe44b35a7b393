import * as t from "io-ts";
import { ActorReason, ChosenStreamId } from "./envelope";
import { CommandId, noVersion, StreamVersion, Version } from "./identifiers";

// The fields that every command carries. The templates in vtl/shared check the same before they append; a test compares
// the two.

/** The version of the last event that the client knows of, 0 before the first: the command becomes the event after it. */
export const ExpectedVersion = t.refinement(
  StreamVersion,
  (version) => Version.is(version + 1),
  "ExpectedVersion",
);

/** Of a stream that does not exist yet. */
const ExpectedNoVersion = t.refinement(
  ExpectedVersion,
  (version) => version === noVersion,
  "ExpectedVersion of 0",
);

/** Of a stream that exists already. */
const ExpectedLaterVersion = t.refinement(
  ExpectedVersion,
  (version) => version >= 1,
  "ExpectedVersion of at least 1",
);

/** A command that opens a stream: it becomes the first event, and no other. */
export const OpeningCommand = t.type({
  streamId: ChosenStreamId,
  commandId: CommandId,
  expectedVersion: ExpectedNoVersion,
});

/**
 * A command to a stream that exists already. Only the template that reads the stream's owner knows whether there has to be
 * a reason. One that is null counts as left out.
 */
export const LaterCommand = t.intersection([
  t.type({
    streamId: ChosenStreamId,
    commandId: CommandId,
    expectedVersion: ExpectedLaterVersion,
  }),
  t.partial({ reason: t.union([ActorReason, t.null]) }),
]);
