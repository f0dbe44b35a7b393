import { afterEach, expect, it, vi } from "vitest";

const opened: string[] = [];

class Native {
  constructor(url: string) {
    opened.push(url);
  }
}

vi.stubGlobal("WebSocket", Native);

afterEach(() => {
  opened.length = 0;
});

it("plain-web-sockets opens TLS addresses of this machine without TLS, and no others", async () => {
  // @ts-expect-error It is for browsers, and has no declarations.
  await import("../browser/plain-web-sockets.js");
  const urls = [
    "wss://127.0.0.1:4000/graphql/realtime",
    "wss://localhost/graphql",
    "wss://localhost.example.com/",
    "wss://abc.appsync-realtime-api.eu-central-1.amazonaws.com/graphql",
    "ws://127.0.0.1:4000/",
  ];
  for (const url of urls) {
    new WebSocket(url);
  }
  expect(opened).toEqual([
    "ws://127.0.0.1:4000/graphql/realtime",
    "ws://localhost/graphql",
    ...urls.slice(2),
  ]);
});
