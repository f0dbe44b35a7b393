import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "./conditions";
import type { Kept } from "./table";

// DynamoDB's limits for keys and items. Source: "Quotas in Amazon DynamoDB" and "DynamoDB item sizes and formats" in the
// Amazon DynamoDB Developer Guide.

const longestPartitionKey = 2_048;
const longestSortKey = 1_024;
const largestItem = 400 * 1_024;

const bytes = (text: string): number => Buffer.byteLength(text);

/** A close guess at what an attribute's value takes: never more than what it takes. */
const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return bytes(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2);
  if (value.B !== undefined) return value.B.length;
  if (value.M !== undefined) return 3 + itemBytes(value.M);
  if (value.L !== undefined) return 3 + value.L.reduce((sum, one) => sum + valueBytes(one), 0);
  return 1;
};

const itemBytes = (item: Record<string, AttributeValue>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + bytes(name) + valueBytes(value), 0);

const keyFault = (name: string, value: unknown, most: number): string | undefined => {
  if (typeof value === "number") return undefined;
  if (typeof value !== "string" || value === "") return `the key ${name} is no text, or empty`;
  return bytes(value) > most ? `the key ${name} has ${bytes(value)} bytes` : undefined;
};

/** The index by owner has the rows of the read model that have an owner, sorted by their partition key. */
const indexFault = ({ owner, pk }: Item): string | undefined =>
  owner === undefined || pk === undefined
    ? undefined
    : (keyFault("owner", owner, longestPartitionKey) ?? keyFault("pk", pk, longestSortKey));

/** Why DynamoDB refuses a write; undefined where it takes it. */
export const validationFault = (
  [partitionKey = "", sortKey = ""]: ReadonlyArray<string>,
  key: Item,
  kept: Kept | undefined,
): string | undefined => {
  const fault =
    keyFault(partitionKey, key[partitionKey], longestPartitionKey) ??
    keyFault(sortKey, key[sortKey], longestSortKey);
  if (fault !== undefined || kept === undefined) return fault;
  const size = itemBytes(kept.stored);
  return size > largestItem ? `the item has ${size} bytes` : indexFault(kept.item);
};
