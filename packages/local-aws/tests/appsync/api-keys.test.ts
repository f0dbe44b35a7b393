import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import WebSocket from "ws";
import { roleAllowing, signedHeaders, startApi, type TestApi } from "./harness";

const schema = `
  type Note @aws_api_key @aws_iam { id: ID!, secret: String @aws_iam }
  type Query { note: Note, who: AWSJSON, open: Note @aws_api_key @aws_iam, closed: String @aws_iam }
  type Mutation { add(id: ID!): Note }
  type Subscription { added: Note @aws_subscribe(mutations: ["add"]) }
`;

let test: TestApi;
let key: string;

beforeAll(async () => {
  test = await startApi({
    schema,
    authenticationType: "API_KEY",
    additionalAuthenticationProviders: [{ authenticationType: "AWS_IAM" }],
  });
  test.local("Query.note", '{"id": "n", "secret": "s"}');
  test.local("Query.open", '{"id": "o"}');
  test.local("Query.closed", '"c"');
  test.local(
    "Query.who",
    '$util.toJson({"identity": $ctx.identity, "authType": $util.authType()})',
  );
  test.local("Mutation.add", '{"id": $util.toJson($ctx.args.id)}');
  key = test.appSync.createApiKey(test.api.id, {}).key;
});
afterAll(() => test.stop());
afterEach(() => vi.useRealTimers());

const hour = 3_600_000;
const day = 24 * hour;

async function ask(query: string, headers: Record<string, string> = { "x-api-key": key }) {
  const response = await test.post(JSON.stringify({ query }), headers);
  return { status: response.status, ...((await response.json()) as object) };
}

const refused = {
  status: 401,
  errors: [
    {
      errorType: "UnauthorizedException",
      message: "You are not authorized to make this call.",
    },
  ],
};

describe("an API key", () => {
  it("admits to what its directive or the default mode opens, and names nobody", async () => {
    expect(await ask("{ note { id } open { id } }")).toEqual({
      status: 200,
      data: { note: { id: "n" }, open: { id: "o" } },
    });
    const { data } = (await ask("{ who }")) as { data?: { who: string } };
    expect(JSON.parse(data?.who ?? "")).toEqual({
      identity: null,
      authType: "API Key Authorization",
    });
  });

  it("does not admit to what is open to another mode alone", async () => {
    expect(await ask("{ note { secret } closed }")).toMatchObject({
      data: { note: { secret: null }, closed: null },
      errors: [
        { message: "Not Authorized to access closed on type Query", errorType: "Unauthorized" },
        { message: "Not Authorized to access secret on type Note", errorType: "Unauthorized" },
      ],
    });
  });

  it("is not looked at beside an Authorization header", async () => {
    const query = "{ open { id } closed }";
    const role = roleAllowing(test.iam, ["appsync:GraphQL"], `${test.api.arn}/*`);
    const credentials = test.iam.assumeRole(role, "any");
    const body = JSON.stringify({ query });
    const headers = await signedHeaders(test.api.uris.GRAPHQL, body, credentials);
    expect(await ask(query, { ...headers, "x-api-key": key })).toEqual({
      status: 200,
      data: { open: { id: "o" }, closed: "c" },
    });
  });

  it.each([
    ["unknown", "da2-aaaaaaaaaaaaaaaaaaaaaaaaaa"],
    ["no key at all", "x"],
  ])("is refused when it is %s", async (_, other) => {
    expect(await ask("{ open { id } }", { "x-api-key": other })).toEqual(refused);
  });

  it("is refused from the hour on in which it expires", async () => {
    const { key: short, expires } = test.appSync.createApiKey(test.api.id, {
      expires: new Date(Date.now() + 2 * day).toISOString(),
    });
    const at = (time: number) => vi.useFakeTimers({ toFake: ["Date"], now: time });
    at(Date.parse(expires) - 1);
    expect(await ask("{ open { id } }", { "x-api-key": short })).toMatchObject({ status: 200 });
    at(Date.parse(expires));
    expect(await ask("{ open { id } }", { "x-api-key": short })).toEqual(refused);
  });

  it("admits to subscriptions, by the address and by each message", async () => {
    const host = new URL(test.api.uris.GRAPHQL).host;
    const frames = async (apiKey: string, messageKey: string): Promise<string[]> => {
      const authorization = (value: string) => ({ host, "x-api-key": value });
      const header = Buffer.from(JSON.stringify(authorization(apiKey))).toString("base64");
      const socket = new WebSocket(`${test.api.uris.REALTIME}?header=${header}`, "graphql-ws");
      const types: string[] = [];
      const say = (frame: object) => socket.send(JSON.stringify(frame));
      return new Promise((resolve) => {
        socket.on("open", () => say({ type: "connection_init" }));
        socket.on("close", () => resolve(types));
        socket.on("message", (text) => {
          const { type } = JSON.parse(String(text)) as { type: string };
          if (type !== "ka") {
            types.push(type);
          }
          if (type === "connection_ack") {
            const data = JSON.stringify({ query: "subscription { added { id } }" });
            const extensions = { authorization: authorization(messageKey) };
            say({ id: "1", type: "start", payload: { data, extensions } });
          } else if (type === "start_ack") {
            void ask('mutation { add(id: "a") { id } }');
          } else if (type === "data" || type === "error") {
            socket.close();
          }
        });
      });
    };
    expect(await frames(key, key)).toEqual(["connection_ack", "start_ack", "data"]);
    expect(await frames("x", key)).toEqual(["connection_error"]);
    expect(await frames(key, "x")).toEqual(["connection_ack", "error"]);
  });
});

describe("creating an API key", () => {
  const create = (expires?: string) => test.appSync.createApiKey(test.api.id, { expires });
  const now = Date.parse("2026-03-01T10:30:00Z");

  it.each([
    [undefined, "2026-03-08T10:00:00Z"],
    ["2026-03-02T11:59:59.999Z", "2026-03-02T11:00:00Z"],
    ["2026-03-09T00:45:00+02:30", "2026-03-08T22:00:00Z"],
    ["2027-03-01T10:59:00Z", "2027-03-01T10:00:00Z"],
  ])("makes it expire at the whole hour before %s: %s", (expires, rounded) => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    expect(create(expires)).toEqual({
      key: expect.stringMatching(/^da2-[a-z2-7]{26}$/),
      expires: rounded,
    });
  });

  it.each([
    ["2026-03-02T10:59:59Z", "API key must be valid for a minimum of 1 days."],
    ["2027-03-01T11:00:00Z", "API key must be valid for a maximum of 365 days."],
    ["2026-03-05", 'expires must be a time as in RFC 3339, found "2026-03-05"'],
    ["2026-13-05T00:00:00Z", "expires must be a time as in RFC 3339"],
  ])("is refused with an expiry of %s", (expires, message) => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    expect(() => create(expires)).toThrow(message);
  });

  it("is refused for an API that has 50 of them", async () => {
    const other = await startApi({ schema, authenticationType: "API_KEY" });
    const createOther = () => other.appSync.createApiKey(other.api.id, {});
    for (let count = 0; count < 50; count++) {
      createOther();
    }
    expect(createOther).toThrow("an API has 50 keys at most");
    await other.stop();
  });
});

describe("an API without the mode API_KEY", () => {
  it("refuses even a key of its own", async () => {
    const other = await startApi({ schema: "type Query { a: String }" });
    const { key: own } = other.appSync.createApiKey(other.api.id, {});
    const response = await other.post('{"query": "{ a }"}', { "x-api-key": own });
    expect(response.status).toBe(401);
    await other.stop();
  });
});
