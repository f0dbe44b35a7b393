import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { numbers } from "../../lambda/adapters/marshalling";
import type { Item } from "./conditions";

/** An item as DynamoDB keeps it. */
export type Stored = Record<string, AttributeValue>;

interface Written {
  readonly at: number;
  readonly item: Stored | undefined;
}

type Partition = Map<string | number, Written[]>;

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
    const partition = this.#partitions.get(this.#partitionOf(key)) ?? new Map();
    this.#partitions.set(this.#partitionOf(key), partition);
    const sort = this.#sortOf(key);
    partition.set(sort, [...(partition.get(sort) ?? []), { at, item: stored }]);
    return stored;
  }

  /** The item as it was at the moment `asOf`. */
  read(key: Item, asOf = Number.POSITIVE_INFINITY): Item | undefined {
    const history = this.#partitions.get(this.#partitionOf(key))?.get(this.#sortOf(key));
    return history && itemAt(history, asOf);
  }

  /** A partition's items in the order of their sort keys. */
  partition(partitionKey: string, asOf = Number.POSITIVE_INFINITY): ReadonlyArray<Item> {
    const sorted = [...(this.#partitions.get(partitionKey) ?? [])].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    return sorted.flatMap(([, history]) => {
      const item = itemAt(history, asOf);
      return item === undefined ? [] : [item];
    });
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

  #sortOf(key: Item): string | number {
    const sort = key[this.#sortKey];
    return typeof sort === "number" ? sort : String(sort);
  }
}

const itemAt = (history: ReadonlyArray<Written>, asOf: number): Item | undefined => {
  const stored = history.findLast(({ at }) => at <= asOf)?.item;
  return stored && unmarshall(stored, numbers);
};
