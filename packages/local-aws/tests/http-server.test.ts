import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBody } from "../src/http-request";
import { type RunningServer, serve } from "../src/http-server";
import { exchange, sendRaw, statusOf } from "./raw-http";

const maxBytes = 1000;
let server: RunningServer;
let upgrades = 0;

beforeAll(async () => {
  server = await serve(
    { name: "a test", port: 0, receiveTimeoutMs: 600, upgrade: () => (upgrades += 1) },
    async (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === "/throws") {
        throw new Error("a secret");
      }
      const body = await readBody(request, maxBytes);
      response.setHeader("content-length", String(body.length).length);
      response.end(String(body.length));
    },
  );
});
afterAll(() => server.stop());

const request = (target: string, headers: readonly string[] = [], body = "", host = "localhost") =>
  [`POST ${target} HTTP/1.1`, `Host: ${host}`, ...headers, "", body].join("\r\n");
const send = (text: string) => sendRaw(server.port, text);
const status = async (text: string) => statusOf(await send(text));
const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];

describe("a server of the local cloud", () => {
  it.each(["//", "/a//b", "/%zz?%zz=%", "/#", "///?//", "/\\"])(
    "takes the path %s",
    async (path) => {
      expect(await status(request(path))).toBe(200);
    },
  );

  it.each(["http://127.0.0.1/", "*", "graphql"])(
    "answers the target %s with 400",
    async (target) => {
      expect(await status(request(target))).toBe(400);
      expect(await status(request(target, upgrade))).toBe(400);
    },
  );

  it.each(["localhost", "LOCALHOST:4000", "a.b.localhost:5173", "127.0.0.1:1", "[::1]:4000"])(
    "answers as %s",
    async (host) => {
      expect(await status(request("/", [], "", host))).toBe(200);
    },
  );

  it.each(["example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", ""])(
    "does not answer as %j, for other protocols neither",
    async (host) => {
      const before = upgrades;
      expect(await status(request("/", [], "", host))).toBe(421);
      expect(await status(request("/", upgrade, "", host))).toBe(421);
      expect(upgrades).toBe(before);
    },
  );

  it("takes a body up to its limit, and reads no more than that", async () => {
    const sized = (length: number) => [`Content-Length: ${length}`];
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    const chunked = ["Transfer-Encoding: chunked"];
    const bytes = "x".repeat(maxBytes);
    expect(await send(request("/", sized(maxBytes), bytes))).toMatch(/\r\n1000$/);
    expect(await send(request("/", chunked, `${chunk("x").repeat(maxBytes)}0\r\n\r\n`))).toMatch(
      /\r\n1000$/,
    );
    const tooLarge = await send(request("/", sized(1e12), ""));
    expect(statusOf(tooLarge)).toBe(413);
    expect(tooLarge).toContain("RequestEntityTooLargeException");
    expect(await status(request("/", chunked, chunk(bytes) + chunk("x")))).toBe(413);
  });

  it("ends a request that does not arrive in time", async () => {
    expect(await status(request("/", ["Content-Length: 10"], "x"))).toBe(408);
    expect(await status("POST / HTTP/1.1\r\nHost: loc")).toBe(408);
    const { socket, answer } = exchange(server.port, request("/", ["Content-Length: 5000"], "x"));
    expect(statusOf(await answer)).toBe(413);
    await new Promise((resolve) => socket.once("end", resolve).resume());
    socket.destroy();
  });

  it("survives a reset during a request for another protocol", async () => {
    for (const target of ["/", "/unknown"]) {
      const before = upgrades;
      const { socket } = exchange(server.port, request(target, upgrade));
      await expect.poll(() => upgrades).toBe(before + 1);
      socket.resetAndDestroy();
    }
    expect(await status(request("/"))).toBe(200);
  });

  it("answers an error of its own with 500, and does not show it", async () => {
    const answer = await send(request("/throws"));
    expect(statusOf(answer)).toBe(500);
    expect(answer).not.toContain("secret");
  });
});
