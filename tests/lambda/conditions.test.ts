import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import * as E from "fp-ts/Either";
import { describe, expect, it } from "vitest";
import { isUnchanged, write } from "../../lambda/adapters/conditions";

const metadata = { $metadata: {}, message: "refused" };

const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    ...metadata,
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

const failingWith = (error: unknown) => write(() => Promise.reject(error))();

describe("a conditional write", () => {
  it("has succeeded where nothing is refused", async () => {
    expect(await write(async () => ({}))()).toEqual(E.right(undefined));
  });

  it.each([
    ["its condition has failed", new ConditionalCheckFailedException(metadata)],
    [
      "the first condition of a transaction has failed",
      cancelled("ConditionalCheckFailed", "None"),
    ],
    ["another condition of a transaction has failed", cancelled("None", "ConditionalCheckFailed")],
  ])("is superseded where %s", async (_, error) => {
    expect(await failingWith(error)).toEqual(E.left({ _tag: "Superseded" }));
  });

  // A projector that is told so would load the summary again, and give the stream up after a few attempts.
  it.each([
    ["a transaction met another one", cancelled("TransactionConflict", "None")],
    ["a transaction was cancelled for no reason that is known", cancelled()],
    ["the table was busy", Object.assign(new Error(), { name: "ThrottlingException" })],
    ["what was thrown is no error", "refused"],
  ])("is no lost race where %s: it may be tried again", async (_, error) => {
    expect(await failingWith(error)).toMatchObject(E.left({ _tag: "Unavailable", cause: error }));
  });
});

describe("the condition that a row is unchanged", () => {
  it("compares the columns that it has, and demands that it has not got the others", () => {
    expect(isUnchanged({ pk: "p", version: 3, name: "n" }, ["version", "replacedAt"])).toEqual({
      ConditionExpression:
        "attribute_exists(pk) AND version = :version AND attribute_not_exists(replacedAt)",
      ExpressionAttributeValues: { ":version": 3 },
    });
  });

  it("names no values where there are none, which DynamoDB would refuse", () => {
    expect(isUnchanged({ pk: "p" }, ["version"])).toEqual({
      ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(version)",
    });
  });
});
