import * as t from "io-ts";
import { CommandId, isIdentifier, StreamId, Subject, Version } from "./identifiers";
import { matcher, textPattern } from "./text";

interface TimestampBrand {
  readonly Timestamp: unique symbol;
}

const timestampForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z$/;

/** Whether there is such a second. JavaScript reads 30 February as 2 March, so what it has read is compared. */
const isSecond = (second: string): boolean => {
  const moment = new Date(`${second}Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(second);
};

/** A moment in UTC, ISO 8601, as the write path stamps it: with any fraction of a second. */
export const Timestamp = t.brand(
  t.string,
  (text): text is t.Branded<string, TimestampBrand> => {
    const second = timestampForm.exec(text)?.[1];
    return second !== undefined && isSecond(second);
  },
  "Timestamp",
);
export type Timestamp = t.TypeOf<typeof Timestamp>;

interface ChosenStreamIdBrand {
  readonly ChosenStreamId: unique symbol;
}

/** The id of a stream whose events the write path has recorded: one that a client may choose. */
export const ChosenStreamId = t.brand(
  StreamId,
  (id): id is t.Branded<StreamId, ChosenStreamIdBrand> => isIdentifier(id),
  "StreamId",
);

interface ActorReasonBrand {
  readonly ActorReason: unique symbol;
}

/** The maximum length of an actor's reason in characters. */
export const actorReasonLength = 200;

export const actorReasonPattern = textPattern(1, actorReasonLength);

const wholeActorReason = matcher(actorReasonPattern);

/** Why an operator has acted on another's stream: 1 to `actorReasonLength` characters. */
export const ActorReason = t.brand(
  t.string,
  (reason): reason is t.Branded<string, ActorReasonBrand> => wholeActorReason.test(reason),
  "ActorReason",
);
export type ActorReason = t.TypeOf<typeof ActorReason>;

/**
 * The fields that events carry: `owner` owns the stream, `actor` sent the command. Where these differ there is an
 * `actorReason`, except in the events of earlier releases, which asked for none.
 */
export const Envelope = t.intersection([
  t.type({
    streamId: ChosenStreamId,
    version: Version,
    type: t.string,
    schemaVersion: t.number,
    commandId: CommandId,
    owner: Subject,
    actor: Subject,
    recordedAt: Timestamp,
  }),
  t.partial({ actorReason: ActorReason }),
]);
export type Envelope = t.TypeOf<typeof Envelope>;
