import type { StreamId } from "../../core/projection/identifiers";
import { summarySortKey } from "../../lambda/adapters/keys";
import { entriesOf } from "../../lambda/adapters/rows";
import type { Item } from "./conditions";
import { setOf } from "./row-watch";
import type { Simulated } from "./simulated";
import type { World } from "./world";

// Somebody damages rows of the read model by hand. Nothing is promised for their stream until it is rebuilt.

type Damage = (world: World, summary: Item, columns: ReadonlyArray<string>) => Item | undefined;

const entryOf = ({ random, readModel }: World, summary: Item): Item | undefined => {
  const own = entriesOf(setOf(summary));
  return random.pickAny(
    readModel.partition(String(summary.pk)).filter(({ sk }) => String(sk).startsWith(own)),
  );
};

/** Each answers with a row to be put; a row without a version is removed. */
const damages: Readonly<Record<string, Damage>> = {
  "alters the summary": ({ random }, summary, columns) => {
    const column = random.pickAny(columns.filter((name) => typeof summary[name] === "string"));
    return column === undefined ? column : { ...summary, [column]: `${summary[column]}x` };
  },
  "takes a column from the summary": ({ random }, summary, columns) => {
    const column = random.pickAny(columns.filter((name) => summary[name] !== undefined));
    return column === undefined ? column : { ...summary, [column]: undefined };
  },
  "alters an entry": (world, summary) => {
    const entry = entryOf(world, summary);
    return entry && { ...entry, actor: "somebody" };
  },
  "removes an entry": (world, summary) => {
    const entry = entryOf(world, summary);
    return entry && { pk: entry.pk, sk: entry.sk };
  },
  "adds a row": (_, { pk }) => ({ pk, sk: "notes", version: 0 }),
};

const damageOne = <State>(world: World, { rules }: Simulated<State>): void => {
  const { random, readModel } = world;
  const streamId = random.pickAny(world.streams()) as StreamId | undefined;
  const summary = streamId && readModel.read({ ...rules.rows.summaryKey(streamId) });
  const [what, damage] = random.pickAny(Object.entries(damages)) ?? [];
  if (!streamId || summary?.sk !== summarySortKey || !damage) return;
  const row = damage(world, summary, rules.columns.state);
  if (row === undefined) return;
  world.journal.count("damaged");
  world.journal.note("somebody", () => `${what} of ${streamId}`);
  world.damage(streamId);
  const { pk, sk } = row;
  world.write(readModel, { pk, sk }, row.version === undefined ? undefined : row);
};

export const startDamage = <State>(world: World, simulated: Simulated<State>): void => {
  for (let n = 1; n <= world.plan.damages; n += 1) {
    world.start(async () => {
      await world.pause(world.network, 2 * world.plan.duration);
      damageOne(world, simulated);
    });
  }
};
