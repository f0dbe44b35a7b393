import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { StreamId } from "../../core/projection/identifiers";
import { entryPrefix } from "../../lambda/adapters/keys";
import { clientFor } from "./client";
import type { Item } from "./conditions";
import type { Simulated } from "./simulated";
import type { Watch } from "./watch";
import type { World } from "./world";

// Readers, who read a statement as vtl/query does, in two requests, while the projection works.

const readStatement = async <State>(
  world: World,
  { rows }: Simulated<State>,
  watch: Watch<State>,
  streamId: StreamId,
): Promise<void> => {
  const reader = world.process("reader");
  const client = clientFor(world, reader);
  const TableName = world.readModel.name;
  const Key = { ...rows.summaryKey(streamId) };
  const summary = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  const { Item } = summary as { Item?: Item };
  if (Item === undefined) return;
  const entries = await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
      ExpressionAttributeValues: {
        ":pk": rows.partition(streamId),
        ":first": entryPrefix,
        ":last": Item.lastEntry,
      },
      ConsistentRead: true,
    }),
  );
  world.journal.count("statements");
  watch.statementRead(streamId, Item, (entries as { Items: ReadonlyArray<Item> }).Items);
};

export const startReaders = <State>(
  world: World,
  simulated: Simulated<State>,
  watch: Watch<State>,
): void => {
  const { plan } = world;
  for (let n = 1; n <= plan.readers; n += 1) {
    world.start(async () => {
      for (let times = 0; times < 5; times += 1) {
        await world.pause(world.network, plan.duration);
        const streamId = world.random.pickAny(world.streams());
        // A reader that gets no answer asks again some other time.
        if (streamId) await readStatement(world, simulated, watch, streamId).catch(() => undefined);
      }
    });
  }
};
