import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { AppSyncOptions } from "../../src/appsync/appsync";
import { serve } from "../../src/http-server";
import { startApi, type TestApi } from "./harness";
import { Client, closeClients, type Frame, urlWithHeader } from "./realtime-client";

const schema = `
  type Change { owner: String!, memo: String }
  type Query { none: String }
  type Mutation { change(owner: String!, memo: String): Change }
  type Subscription { onChange(owner: String!): Change @aws_subscribe(mutations: ["change"]) }
`;
const subscription = 'subscription { onChange(owner: "user-1") { owner memo } }';
const mutation =
  'mutation M($memo: String) { change(owner: "user-1", memo: $memo) { owner memo } }';

let test: TestApi;
const start = async (options: Partial<AppSyncOptions> = {}) => {
  const api = await startApi({ schema }, options);
  api.local("Mutation.change", "$util.toJson($ctx.args)");
  return api;
};
beforeAll(async () => {
  test = await start();
});
afterEach(() => {
  vi.useRealTimers();
  closeClients();
});
afterAll(() => test.stop());

/** Time passes when a test says so: for timers alone, for tokens are checked against the machine's clock. */
const stopTime = () =>
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
const seconds = (count: number) => vi.advanceTimersByTime(count * 1000);

const tokenHeader = (token = test.signIn.token()) => ({ host: "localhost", Authorization: token });
const openWith = (header: unknown) => Client.open(urlWithHeader(test.api.uris.REALTIME, header));
const closeCode = ({ socket }: Client) =>
  new Promise<number>((resolve) => socket.once("close", resolve));
const startMessage = (id: string, token?: string) => ({
  id,
  type: "start",
  payload: {
    data: JSON.stringify({ query: subscription }),
    extensions: { authorization: tokenHeader(token) },
  },
});

/** Whatever was sent before is here. */
async function settled(client: Client): Promise<Frame[]> {
  const frames: Frame[] = [];
  client.send({ type: "stop", id: "end" });
  for (let frame = await client.next(); frame.id !== "end"; frame = await client.next()) {
    frames.push(frame);
  }
  return frames;
}

describe("a realtime connection", () => {
  it.each([
    ["that is an object", { Authorization: { toString: 1 } }],
    ["that is a list", { Authorization: ["a"] }],
    ["in a header that is no JSON", "{"],
    ["in a header that is a text", '"Authorization"'],
    ["in a header that is null", "null"],
    ["for a signature of no headers", { Authorization: "AWS4-HMAC-SHA256 x" }],
  ])("refuses an authorization %s as unauthorized", async (_title, header) => {
    const client = await openWith(header);
    client.send({ type: "connection_init" });
    expect(await client.next()).toMatchObject({
      type: "connection_error",
      payload: { errors: [{ errorCode: 401 }] },
    });
    await closeCode(client);
  });

  it("refuses a header that is no base64 as unauthorized", async () => {
    const client = await Client.open(`${test.api.uris.REALTIME}?header=%%%&payload=%%%`);
    client.send({ type: "connection_init" });
    expect(await client.next()).toMatchObject({ type: "connection_error" });
  });

  it("ends without authorization if its client says nothing", async () => {
    stopTime();
    const client = await openWith({});
    const authorized = await openWith(tokenHeader());
    const closed = closeCode(client);
    seconds(15);
    expect(await client.next()).toMatchObject({
      type: "connection_error",
      payload: { errors: [{ errorType: "UnauthorizedException", errorCode: 401 }] },
    });
    await closed;
    expect(await settled(authorized)).toEqual([]);
  });

  it("ends after 24 hours, and has a keep-alive message every minute until then", async () => {
    stopTime();
    const client = await openWith(tokenHeader());
    expect(await settled(client)).toEqual([]);
    let keptAlive = 0;
    client.socket.on("message", (text) => {
      keptAlive += String(text) === '{"type":"ka"}' ? 1 : 0;
    });
    seconds(180);
    expect(await settled(client)).toEqual([]);
    expect(keptAlive).toBe(3);
    const closed = closeCode(client);
    seconds(24 * 3600 - 180);
    await closed;
  });

  it("ends with a message of more than 240 KB", async () => {
    const client = await openWith(tokenHeader());
    client.send({ type: "x".repeat(240 * 1024 - 13) });
    expect(await client.next()).toMatchObject({ type: "error" });
    const closed = closeCode(client);
    client.send({ type: "x".repeat(240 * 1024) });
    expect(await closed).toBe(1009);
  });

  it("leaves no subscription behind that its client has not waited for", async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const keys = await serve({ name: "slow keys", port: 0 }, async (_request, response) => {
      await released;
      response.end(await (await fetch(test.signIn.server.url)).text());
    });
    const issuer = `${keys.url}/pool`;
    const fresh = await start({ userPoolIssuer: () => issuer });
    const token = test.signIn.token({ iss: issuer });
    const client = await Client.open(
      urlWithHeader(fresh.api.uris.REALTIME, { Authorization: token }),
    );
    const closed = closeCode(client);
    client.send(startMessage("1", token));
    client.socket.close();
    await closed;
    release();
    // Whatever has waited for the keys is done when a second request is.
    await fresh.ask("{ none }", {}, token);
    await fresh.ask(mutation, { memo: "x".repeat(240 * 1024) }, token);
    expect(fresh.logged.join()).not.toContain("is dropped");
    await fresh.stop();
    await keys.stop();
  });
});

describe("a subscription", () => {
  it("that is started, stopped and started again in a burst exists once", async () => {
    const client = await openWith(tokenHeader());
    client.send(startMessage("s"));
    client.send({ type: "stop", id: "s" });
    client.send(startMessage("s"));
    expect(await client.next()).toEqual({ type: "complete", id: "s" });
    expect(await client.next()).toEqual({ type: "start_ack", id: "s" });
    const delivered = { type: "data", id: "s" };
    await test.ask(mutation);
    expect(await settled(client)).toEqual([expect.objectContaining(delivered)]);
    client.send({ type: "stop", id: "s" });
    await test.ask(mutation);
    expect(await settled(client)).toEqual([{ type: "complete", id: "s" }]);
  });

  it("ends with an error when its token expires", async () => {
    stopTime();
    const client = await openWith(tokenHeader());
    expect(await client.start("s", subscription, {}, tokenHeader())).toMatchObject({
      type: "start_ack",
    });
    seconds(590);
    await test.ask(mutation);
    expect(await client.next()).toMatchObject({ type: "data", id: "s" });
    seconds(10);
    expect(await client.next()).toEqual({
      type: "error",
      id: "s",
      payload: {
        errors: [{ errorType: "UnauthorizedException", message: "Token has expired." }],
      },
    });
    await test.ask(mutation);
    expect(await settled(client)).toEqual([]);
    expect(await client.start("s", subscription, {}, tokenHeader())).toMatchObject({
      type: "start_ack",
    });
  });
});
