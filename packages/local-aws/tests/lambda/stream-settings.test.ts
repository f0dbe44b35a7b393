import { describe, expect, it } from "vitest";
import { parseFilter } from "../../src/lambda/filter";
import { parseStreamSettings } from "../../src/lambda/stream-settings";

const least = {
  eventSourceArn: "arn:aws:dynamodb:eu-central-1:000000000000:table/t/stream/2026",
  functionName: "projector",
  startingPosition: "TRIM_HORIZON",
};

describe("the inputs of a mapping on a stream", () => {
  it("have AWS's defaults", () => {
    expect(parseStreamSettings(least)).toMatchObject({
      batchSize: 100,
      batchingWindowSeconds: 0,
      parallelizationFactor: 1,
      reportsItemFailures: false,
      retryPolicy: { bisect: false, maximumRetryAttempts: undefined },
      maximumRecordAgeSeconds: undefined,
      failureDestination: undefined,
    });
  });

  it("accept -1 as infinite", () => {
    const settings = parseStreamSettings({
      ...least,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: -1,
    });
    expect(settings.retryPolicy.maximumRetryAttempts).toBeUndefined();
    expect(settings.maximumRecordAgeSeconds).toBeUndefined();
  });

  it.each<[object]>([
    [{ tumblingWindowInSeconds: 5 }],
    [{ eventSourceArn: "arn:aws:kinesis:eu-central-1:000000000000:stream/s" }],
    [{ startingPosition: "AT_TIMESTAMP" }],
    [{ batchSize: 0 }],
    [{ batchSize: 10_001 }],
    [{ parallelizationFactor: 11 }],
    [{ maximumRecordAgeInSeconds: 59 }],
    [{ maximumRetryAttempts: 1.5 }],
    [{ functionResponseTypes: ["Other"] }],
    [{ destinationConfig: { onFailure: { destinationArn: "arn:aws:sns:x:y:z" } } }],
    [{ destinationConfig: { onFailure: { destinationArn: "arn:aws:sqs:x:y:z.fifo" } } }],
    [{ bisectBatchOnFunctionError: "yes" }],
  ])("are rejected by name if not supported: %j", (input) => {
    expect(() => parseStreamSettings({ ...least, ...input })).toThrow(Object.keys(input)[0]);
  });
});

describe("an event filter", () => {
  const record = { eventName: "INSERT", dynamodb: { NewImage: { kind: { S: "deposit" } } } };

  it("passes records with a listed value in every field of at least one pattern", () => {
    const passes = (...patterns: object[]) =>
      parseFilter(patterns.map((pattern) => JSON.stringify(pattern)))(record);
    expect(passes()).toBe(true);
    expect(passes({ eventName: ["INSERT"] })).toBe(true);
    expect(passes({ eventName: ["MODIFY", "INSERT"] })).toBe(true);
    expect(passes({ eventName: ["MODIFY"] })).toBe(false);
    expect(passes({ eventName: ["MODIFY"] }, { eventName: ["INSERT"] })).toBe(true);
    expect(passes({ dynamodb: { NewImage: { kind: { S: ["deposit"] } } } })).toBe(true);
    expect(passes({ eventName: ["INSERT"], dynamodb: { NewImage: { kind: { S: ["x"] } } } })).toBe(
      false,
    );
    expect(passes({ dynamodb: { OldImage: { kind: { S: ["x"] } } } })).toBe(false);
  });

  it.each([
    ['{"eventName":[{"prefix":"INS"}]}', "prefix"],
    ['{"$or":[{"eventName":["INSERT"]}]}', "$or"],
    ['{"eventName":"INSERT"}', "must be an object"],
  ])("is rejected if it needs more than exact values: %s", (pattern, named) => {
    expect(() => parseFilter([pattern])).toThrow(named);
  });
});
