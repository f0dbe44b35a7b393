import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { StreamId } from "../../core/projection/identifiers";
import { clientFor } from "./client";
import type { Item } from "./conditions";
import type { Simulated } from "./simulated";
import type { Watch } from "./watch";
import type { World } from "./world";

// Readers, who read a statement as vtl/query does, the summary first and then its entries, while the projection works.

/** How long all requests of a reader may take together, see readerMs. The rest is for what they take themselves. */
const patienceMs = 25_000;

const readStatement = async <State>(
  world: World,
  { rules: { rows } }: Simulated<State>,
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
  const until = world.scheduler.now + patienceMs;
  const found: Item[] = [];
  for (let first = Item.firstEntry; first !== undefined; ) {
    await world.pause(
      reader,
      Math.max(0, Math.min(world.plan.readerPause, until - world.scheduler.now)),
    );
    const page = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: {
          ":pk": rows.partition(streamId),
          ":first": first,
          ":last": Item.lastEntry,
        },
        ConsistentRead: true,
        Limit: 20,
      }),
    );
    const { Items, LastEvaluatedKey } = page as { Items: Item[]; LastEvaluatedKey?: Item };
    found.push(...Items);
    // The least text after that key.
    first = LastEvaluatedKey && `${LastEvaluatedKey.sk}\u0000`;
  }
  world.journal.count("statements");
  watch.statementRead(streamId, Item, found);
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
