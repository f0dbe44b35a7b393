import * as t from "io-ts";
import { CommandId, isIdentifier, StreamId, Subject, Version } from "./identifiers";

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

/** The fields that every event carries: `owner` owns the stream, `actor` sent the command. */
export const Envelope = t.type({
  streamId: ChosenStreamId,
  version: Version,
  type: t.string,
  schemaVersion: t.number,
  commandId: CommandId,
  owner: Subject,
  actor: Subject,
  recordedAt: Timestamp,
});
export type Envelope = t.TypeOf<typeof Envelope>;
