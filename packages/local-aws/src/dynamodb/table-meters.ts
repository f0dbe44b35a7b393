import type { Input } from "../aws-json";
import type { Meters } from "../cloudwatch/metrics";

const throttles = /(ProvisionedThroughputExceeded|Throttling|RequestLimitExceeded)(Exception)?$/;
const reads = /^(GetItem|BatchGetItem|Query|Scan|TransactGetItems)$/;
const writes = /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;

/** What a failed operation was answered with. */
export interface Failed {
  /** The exception, such as ProvisionedThroughputExceededException. */
  readonly type: string;
  /** The index that is short of capacity, where a table's write fails for it. */
  readonly index?: string;
}

/**
 * Counts a failure of an item operation: a throttled event for each item, of the table or of its index, and what is the
 * service's own fault. DynamoDB reports neither where there is none. Source: "DynamoDB metrics and dimensions" in the
 * DynamoDB Developer Guide.
 */
export function measureFailure(
  { type, index }: Failed,
  operation: string,
  input: Input,
  meters: Meters,
): void {
  const measure = (name: string, dimensions: Record<string, string>): void =>
    meters.measure({ namespace: "AWS/DynamoDB", name, dimensions }, 1);
  const isRead = reads.test(operation);
  if (!isRead && !writes.test(operation)) {
    return;
  }
  const queried = typeof input.IndexName === "string" ? input.IndexName : undefined;
  for (const table of tablesOf(input)) {
    if (throttles.test(type)) {
      const named = index ?? queried;
      measure(isRead ? "ReadThrottleEvents" : "WriteThrottleEvents", {
        TableName: table,
        ...(named !== undefined && { GlobalSecondaryIndexName: named }),
      });
    } else if (/InternalServerError$/.test(type)) {
      measure("SystemErrors", { TableName: table, Operation: operation });
    }
  }
}

/** The table of each item that the operation is about. */
function tablesOf({ TableName, RequestItems, TransactItems }: Input): readonly string[] {
  if (typeof TableName === "string") {
    return [TableName];
  }
  if (typeof RequestItems === "object" && RequestItems !== null) {
    return Object.entries(RequestItems).flatMap(([table, requests]) => {
      const keys = Array.isArray(requests) ? requests : (requests as { Keys?: unknown[] })?.Keys;
      return (keys ?? []).map(() => table);
    });
  }
  return (Array.isArray(TransactItems) ? TransactItems : []).flatMap((item: object) =>
    Object.values(item).map((part) => String((part as Input | null)?.TableName)),
  );
}
