import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { numbers } from "../../lambda/adapters/marshalling";
import type { Item } from "./conditions";

/** An item as DynamoDB keeps it. */
export type Stored = Record<string, AttributeValue>;

type SortKey = string | number;

interface Written {
  readonly at: number;
  readonly item: Stored | undefined;
}

/** An item's latest writes, the last of them last. */
type History = ReadonlyArray<Written>;

interface Partition {
  readonly items: Map<SortKey, History>;
  /** In their order. */
  readonly sortKeys: SortKey[];
}

/** No read looks further back, see `past` in client.ts. */
const rememberedMs = 1_000;

/** A table with a partition and a sort key. It remembers what its items were, for readers that may see the past. */
export class Table {
  readonly name: string;
  readonly #partitionKey: string;
  readonly #sortKey: string;
  readonly #partitions = new Map<string, Partition>();

  constructor(name: string, partitionKey: string, sortKey: string) {
    this.name = name;
    this.#partitionKey = partitionKey;
    this.#sortKey = sortKey;
  }

  /** Writes at the moment `at`. Without an item, it deletes. */
  write(key: Item, item: Item | undefined, at: number): Stored | undefined {
    const stored = item && marshall(item, { removeUndefinedValues: true });
    const name = this.#partitionOf(key);
    const partition = this.#partitions.get(name) ?? { items: new Map(), sortKeys: [] };
    this.#partitions.set(name, partition);
    const sort = this.#sortOf(key);
    const history = partition.items.get(sort);
    if (history === undefined) partition.sortKeys.splice(placeOf(sort, partition), 0, sort);
    partition.items.set(sort, [...remembered(history ?? [], at), { at, item: stored }]);
    return stored;
  }

  /** The item as it was at the moment `asOf`. */
  read(key: Item, asOf = Number.POSITIVE_INFINITY): Item | undefined {
    const history = this.#partitions.get(this.#partitionOf(key))?.items.get(this.#sortOf(key));
    return history && itemAt(history, asOf);
  }

  /** A partition's items in the order of their sort keys: those whose key is chosen, and no more than so many. */
  partition(
    partitionKey: string,
    asOf = Number.POSITIVE_INFINITY,
    isChosen: (key: Item) => boolean = () => true,
    limit = Number.POSITIVE_INFINITY,
  ): ReadonlyArray<Item> {
    const found: Item[] = [];
    const { items, sortKeys } = this.#partitions.get(partitionKey) ?? { items: null, sortKeys: [] };
    for (const sort of sortKeys) {
      if (found.length >= limit) break;
      if (!isChosen({ [this.#partitionKey]: partitionKey, [this.#sortKey]: sort })) continue;
      const item = itemAt(items?.get(sort) ?? [], asOf);
      if (item !== undefined) found.push(item);
    }
    return found;
  }

  /** The sort keys of a partition's items, in their order. */
  sortKeys(partitionKey: string): ReadonlyArray<SortKey> {
    const partition = this.#partitions.get(partitionKey);
    return (partition?.sortKeys ?? []).filter(
      (sort) => partition?.items.get(sort)?.at(-1)?.item !== undefined,
    );
  }

  partitionKeys(): ReadonlyArray<string> {
    return [...this.#partitions.keys()];
  }

  keyOf(item: Item): Item {
    return {
      [this.#partitionKey]: item[this.#partitionKey],
      [this.#sortKey]: item[this.#sortKey],
    };
  }

  #partitionOf(key: Item): string {
    return String(key[this.#partitionKey]);
  }

  #sortOf(key: Item): SortKey {
    const sort = key[this.#sortKey];
    return typeof sort === "number" ? sort : String(sort);
  }
}

/** Where a new sort key belongs: most often at the end. */
const placeOf = (sort: SortKey, { sortKeys }: Partition): number => {
  let place = sortKeys.length;
  while (place > 0 && (sortKeys[place - 1] ?? sort) > sort) place -= 1;
  return place;
};

/** What a read may still see of earlier writes at the moment `at`. */
const remembered = (history: History, at: number): History => {
  const first = history.findLastIndex((written) => written.at <= at - rememberedMs);
  return first <= 0 ? history : history.slice(first);
};

const itemAt = (history: History, asOf: number): Item | undefined => {
  const stored = history.findLast(({ at }) => at <= asOf)?.item;
  return stored && unmarshall(stored, numbers);
};
