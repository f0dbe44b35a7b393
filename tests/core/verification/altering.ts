import * as O from "fp-ts/Option";
import type { Row } from "../../../core/projection/columns";
import {
  deposit,
  opening,
  type StoredEvent,
  savings,
  stored,
  unreadable,
} from "../ledger/requests";
import { folded, type World } from "../projection/memory";
import { type Alter, look, projected } from "./looking";

export const events = stored(opening(), deposit(10), deposit(20), deposit(30));

export const entry = (version: number, set = "1.1"): string =>
  `entry:${set}:${String(version).padStart(10, "0")}`;

/** Sets columns of a row, or puts a row. */
export const set =
  (key: string, columns: Row): Alter =>
  ({ partition }) =>
    void partition.set(key, { ...partition.get(key), sk: key, ...columns });

export const remove =
  (key: string): Alter =>
  ({ partition }) =>
    void partition.delete(key);

export const all =
  (...alterations: readonly Alter[]): Alter =>
  (table) => {
    for (const alter of alterations) alter(table);
  };

export const noSummary = remove("summary");

/** What is found in the rows of the four events once they are altered. */
export async function found(alter: Alter, world?: World) {
  const { findings } = await look(world ?? (await projected(events)), { alter });
  return findings.map(({ version, ...others }) => ({ ...others, version: O.toNullable(version) }));
}

/** The rows of four events, of which one was changed afterwards. */
export async function changed(version: number): Promise<World> {
  const world = await projected(events);
  world.put(savings, version, { ...events[version - 1], actor: "mallory" });
  return world;
}

/** The rows of four events, of which the last two were removed and the old summary put back. */
export async function withoutTail(): Promise<World> {
  const world = await projected(events);
  for (const version of [3, 4]) world.log.get(savings)?.delete(version);
  world.summaries.set(savings, folded(events.slice(0, 2)).summary);
  return world;
}

/** The rows of four events, of which the third cannot be read any more. */
export async function withUnreadable(): Promise<World> {
  const world = await projected(events);
  world.put(savings, 3, unreadable(events[2] as StoredEvent));
  return world;
}
