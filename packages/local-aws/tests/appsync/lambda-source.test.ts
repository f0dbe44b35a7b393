import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Iam } from "../../src/iam/iam";
import { region, roleAllowing, startApi, type TestApi } from "./harness";

const schema = `
  type Item { id: Int, call: AWSJSON, sized: AWSJSON }
  type Query { invoke(document: AWSJSON!): AWSJSON, forbidden(document: AWSJSON!): AWSJSON, items: [Item] }
`;
const functionArn = `arn:aws:lambda:${region}:000000000000:function:f`;
const renderAnswer = '$util.toJson({"result": $ctx.result, "error": $ctx.error})';

let test: TestApi;
let calls: unknown[] = [];
let answer: (payload: unknown) => unknown;

beforeAll(async () => {
  const iam = new Iam({ region });
  const invokeFunction = async (arn: string, payload: unknown) => {
    expect(arn).toBe(functionArn);
    calls.push(payload);
    return answer(payload);
  };
  test = await startApi({ schema }, { iam, invokeFunction });
  const lambda = (name: string, resource: string) =>
    test.appSync.createDataSource(test.api.id, {
      name,
      type: "AWS_LAMBDA",
      serviceRoleArn: roleAllowing(iam, ["lambda:InvokeFunction"], resource),
      lambdaConfig: { functionArn },
    });
  lambda("lambda", functionArn);
  lambda("otherLambda", `${functionArn}-other`);
  const resolver = (type: string, field: string, requestTemplate: string, more = {}) =>
    test.appSync.createResolver(test.api.id, {
      type,
      field,
      dataSource: "lambda",
      requestTemplate,
      responseTemplate: renderAnswer,
      ...more,
    });
  resolver("Query", "invoke", "$util.toJson($ctx.args.document)");
  resolver("Query", "forbidden", "$util.toJson($ctx.args.document)", { dataSource: "otherLambda" });
  test.local("Query.items", `[${[1, 2, 3, 4, 5, 6, 7].map((id) => `{"id": ${id}}`)}]`);
  const batch = '{"version": "2018-05-29", "operation": "BatchInvoke", "payload": $ctx.source.id}';
  resolver("Item", "call", batch);
  resolver("Item", "sized", batch, { maxBatchSize: 3 });
});
afterAll(() => test.stop());
beforeEach(() => {
  calls = [];
  answer = (payload) => ({ payload });
});

async function run(document: object, field = "invoke") {
  const query = `query Q($d: AWSJSON!) { ${field}(document: $d) }`;
  const variables = { d: JSON.stringify({ version: "2018-05-29", ...document }) };
  const { data, errors } = await test.ask(query, variables);
  const value = data?.[field];
  return typeof value === "string" ? JSON.parse(value) : { failure: errors?.[0] };
}

async function askItems(field: string): Promise<{ result: unknown; error: unknown }[]> {
  const { data } = await test.ask(`{ items { ${field} } }`);
  const items = (data?.items ?? []) as Record<string, string>[];
  return items.map((item) => JSON.parse(String(item[field])));
}

describe("a Lambda data source", () => {
  it("invokes the function with the payload and returns its result or error", async () => {
    const call = (payload: unknown) => run({ operation: "Invoke", payload });
    expect(await call({ a: 1 })).toEqual({ result: { payload: { a: 1 } }, error: null });
    answer = () => {
      throw new Error("thrown");
    };
    expect(await call(1)).toEqual({
      result: null,
      error: { type: "Lambda:Unhandled", message: "thrown" },
    });
  });

  it("needs a role that may invoke the function", async () => {
    expect(await run({ operation: "Invoke" }, "forbidden")).toMatchObject({
      result: null,
      error: { type: "Lambda:AccessDeniedException" },
    });
    expect(calls).toEqual([]);
  });

  it("does not wait for the function where the invocation is an event", async () => {
    let finish = () => {};
    answer = () => new Promise<void>((resolve) => (finish = resolve));
    const event = { operation: "Invoke", invocationType: "Event", payload: 1 };
    expect(await run(event)).toEqual({ result: null, error: null });
    expect(calls).toEqual([1]);
    finish();
  });

  it.each([
    [
      "call",
      [
        [1, 2, 3, 4, 5],
        [6, 7],
      ],
    ],
    ["sized", [[1, 2, 3], [4, 5, 6], [7]]],
  ])("takes the payloads of one request's fields together: %s", async (field, batches) => {
    answer = (payload) => (payload as number[]).map((id) => (id === 2 ? null : id * 10));
    expect(await askItems(field)).toEqual(
      [10, null, 30, 40, 50, 60, 70].map((result) => ({ result, error: null })),
    );
    expect(calls).toEqual(batches);
  });

  it("does not take the payloads of two requests together", async () => {
    answer = (payload) => payload;
    await Promise.all([askItems("call"), askItems("call")]);
    expect(calls).toHaveLength(4);
  });

  it("fails all fields of a batch whose function throws, or does not return one result for each", async () => {
    answer = () => [1];
    expect(await askItems("call")).toEqual(
      [5, 5, 5, 5, 5, 2, 2].map((count) => ({
        result: null,
        error: {
          type: "Lambda:IllegalArgument",
          message: `The function must return a list of ${count} results, one for each payload.`,
        },
      })),
    );
    answer = () => {
      throw new Error("thrown");
    };
    expect((await askItems("call"))[6]).toMatchObject({ error: { message: "thrown" } });
  });

  it.each([
    [{ operation: "Call" }, "Unsupported operation 'Call'"],
    [{ operation: "Invoke", invocationType: "DryRun" }, "Unsupported value 'DryRun'"],
    [{ operation: "BatchInvoke", invocationType: "Event" }, "Unsupported value 'Event'"],
    [{ operation: "Invoke", payloads: [] }, "Unsupported element '$[payloads]'"],
  ])("rejects the document %j", async (document, message) => {
    expect(await run(document)).toMatchObject({
      failure: { errorType: "MappingTemplate", message: expect.stringContaining(message) },
    });
  });
});
