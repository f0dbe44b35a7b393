import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { StreamId } from "../../core/projection/identifiers";
import type { Client } from "./client";
import type { Item } from "./conditions";
import { isLostRace } from "./dynamo";
import type { Asked } from "./subject";

/** A command as the templates get it: what becomes the event after the version that the client expects. */
export interface Command extends Asked {
  readonly streamId: StreamId;
  readonly commandId: string;
  readonly owner: string;
}

export type Appended = "recorded" | "conflict" | "unavailable";

/** The templates at one moment: they may change between a command and its repetition. */
export interface Template {
  /** The form in which they record what was asked. */
  readonly record: (asked: Asked) => Asked;
  readonly isSameCommand: (stored: Item, item: Item) => boolean;
  readonly now: () => string;
}

/** The pipeline of vtl/shared, step by step: the read of the expected version, the conditional put, the comparison. */
export const append = async (
  client: Client,
  table: string,
  { streamId, owner, ...command }: Command,
  expectedVersion: number,
  template: Template,
): Promise<Appended> => {
  const read = async (version: number): Promise<Item | undefined> => {
    const Key = { streamId, version };
    const answer = await client.send(
      new GetCommand({ TableName: table, Key, ConsistentRead: true }),
    );
    return (answer as { Item?: Item }).Item;
  };
  const { commandId } = command;
  const { type, schemaVersion, data } = template.record(command);
  const version = expectedVersion + 1;
  try {
    if (expectedVersion > 0 && (await read(expectedVersion)) === undefined) return "conflict";
    const recordedAt = template.now();
    const event = { type, schemaVersion, commandId, owner, actor: owner, recordedAt, data };
    const item: Item = { streamId, version, ...event };
    try {
      const ConditionExpression = "attribute_not_exists(streamId)";
      await client.send(new PutCommand({ TableName: table, Item: item, ConditionExpression }));
      return "recorded";
    } catch (error) {
      if (!isLostRace(error)) throw error;
      const stored = (await read(version)) ?? {};
      return template.isSameCommand(stored, item) ? "recorded" : "conflict";
    }
  } catch {
    return "unavailable";
  }
};
