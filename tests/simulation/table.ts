import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { numbers } from "../../lambda/adapters/marshalling";
import type { Item, SortKey, SortRange } from "./conditions";

/** An item as DynamoDB keeps it. */
export type Stored = Record<string, AttributeValue>;

/** An item in both forms: as it is kept, and as a client reads it. Nobody may change it, so all readers share it. */
export interface Kept {
  readonly stored: Stored;
  readonly item: Item;
}

interface Written {
  readonly at: number;
  readonly kept: Kept | undefined;
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

const frozen = <A>(value: A): A => {
  if (Array.isArray(value)) value.forEach(frozen);
  else if (value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  else Object.values(value as Item).forEach(frozen);
  return Object.freeze(value);
};

export const keep = (item: Item): Kept => {
  const stored = marshall(item, { removeUndefinedValues: true });
  return { stored, item: frozen(unmarshall(stored, numbers)) };
};

/** A table with a partition and a sort key. It remembers what its items were, for readers that may see the past. */
export class Table {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly #partitions = new Map<string, Partition>();

  constructor(name: string, partitionKey: string, sortKey: string) {
    this.name = name;
    this.partitionKey = partitionKey;
    this.sortKey = sortKey;
  }

  /** Writes at the moment `at`. Without an item, it deletes. */
  write(key: Item, kept: Kept | undefined, at: number): void {
    const name = this.#partitionOf(key);
    const partition = this.#partitions.get(name) ?? { items: new Map(), sortKeys: [] };
    this.#partitions.set(name, partition);
    const sort = this.#sortOf(key);
    const history = partition.items.get(sort);
    if (history === undefined) {
      const place = firstFrom(partition.sortKeys, (other) => other >= sort);
      partition.sortKeys.splice(place, 0, sort);
    }
    partition.items.set(sort, [...remembered(history ?? [], at), { at, kept }]);
  }

  /** The item as it was at the moment `asOf`. */
  read(key: Item, asOf = Number.POSITIVE_INFINITY): Item | undefined {
    const history = this.#partitions.get(this.#partitionOf(key))?.items.get(this.#sortOf(key));
    return history && itemAt(history, asOf);
  }

  /** A partition's items in the order of their sort keys: those in a range, and no more than so many. */
  partition(
    partitionKey: string,
    asOf = Number.POSITIVE_INFINITY,
    range: SortRange = () => "within",
    limit = Number.POSITIVE_INFINITY,
  ): ReadonlyArray<Item> {
    const found: Item[] = [];
    const partition = this.#partitions.get(partitionKey);
    if (partition === undefined) return found;
    const { items, sortKeys } = partition;
    const first = firstFrom(sortKeys, (sort) => range(sort) !== "before");
    for (let index = first; index < sortKeys.length && found.length < limit; index += 1) {
      const sort = sortKeys[index];
      if (sort === undefined || range(sort) === "after") break;
      const item = itemAt(items.get(sort) ?? [], asOf);
      if (item !== undefined) found.push(item);
    }
    return found;
  }

  /** The sort keys of a partition's items, in their order. */
  sortKeys(partitionKey: string): ReadonlyArray<SortKey> {
    const partition = this.#partitions.get(partitionKey);
    return (partition?.sortKeys ?? []).filter(
      (sort) => partition?.items.get(sort)?.at(-1)?.kept !== undefined,
    );
  }

  partitionKeys(): ReadonlyArray<string> {
    return [...this.#partitions.keys()];
  }

  keyOf(item: Item): Item {
    return {
      [this.partitionKey]: item[this.partitionKey],
      [this.sortKey]: item[this.sortKey],
    };
  }

  #partitionOf(key: Item): string {
    return String(key[this.partitionKey]);
  }

  #sortOf(key: Item): SortKey {
    const sort = key[this.sortKey];
    return typeof sort === "number" ? sort : String(sort);
  }
}

/** The place of the first sort key that is far enough, as all after it are. */
const firstFrom = (
  sortKeys: ReadonlyArray<SortKey>,
  isFarEnough: (sort: SortKey) => boolean,
): number => {
  let [low, high] = [0, sortKeys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isFarEnough(sortKeys[middle] as SortKey)) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** What a read may still see of earlier writes at the moment `at`. */
const remembered = (history: History, at: number): History => {
  const first = history.findLastIndex((written) => written.at <= at - rememberedMs);
  return first <= 0 ? history : history.slice(first);
};

const itemAt = (history: History, asOf: number): Item | undefined =>
  history.findLast(({ at }) => at <= asOf)?.kept?.item;
