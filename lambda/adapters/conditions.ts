import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import type { Row } from "../../core/projection/columns";
import type { Superseded, Unavailable } from "../../core/projection/ports";
import { unavailable } from "./availability";

const isLostRace = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed"));

/** A conditional write. It is superseded where another projector was faster. */
export const write = (
  request: () => Promise<unknown>,
): TE.TaskEither<Unavailable | Superseded, void> =>
  pipe(
    TE.tryCatch(request, (error): Unavailable | Superseded =>
      isLostRace(error) ? { _tag: "Superseded" } : unavailable(error),
    ),
    TE.asUnit,
  );

/** A condition of a write, as DynamoDB takes it. */
export interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

/** Nothing is there yet. */
export const isAbsent: Condition = { ConditionExpression: "attribute_not_exists(pk)" };

/** The row is still as it was found, in some of its columns: nothing is known of the form of their values. */
export const isUnchanged = (found: Row, columns: ReadonlyArray<string>): Condition => {
  const there = columns.filter((column) => found[column] !== undefined);
  const values = there.map((column) => [`:${column}`, found[column]]);
  return {
    ConditionExpression: [
      "attribute_exists(pk)",
      ...columns.map((column) =>
        there.includes(column) ? `${column} = :${column}` : `attribute_not_exists(${column})`,
      ),
    ].join(" AND "),
    ...(values.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(values) }),
  };
};
