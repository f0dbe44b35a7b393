import { randomUUID } from "node:crypto";
import WebSocket from "ws";
import type { Access } from "./access";

// AppSync's realtime protocol, as far as one subscription on one connection needs it.
// Source: "Building a real-time WebSocket client" in the AWS AppSync Developer Guide.

export interface Subscription {
  /** Resolves when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Ends the connection. */
  close(): void;
}

export interface SubscriptionRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Frame {
  readonly type: string;
  readonly payload?: unknown;
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64");
}

/** Subscribes, and answers once AppSync has acknowledged it: every later change goes to `onData`. */
export function subscribe(
  { graphqlUrl, realtimeUrl, idToken, certificate }: Access,
  request: SubscriptionRequest,
  onData: (data: unknown) => void,
): Promise<Subscription> {
  const authorization = { host: new URL(graphqlUrl).host, Authorization: idToken };
  const url = new URL(realtimeUrl);
  url.searchParams.set("header", base64(authorization));
  url.searchParams.set("payload", base64({}));
  const socket = new WebSocket(url, "graphql-ws", { ca: certificate });
  const say = (frame: object): void => socket.send(JSON.stringify(frame));
  return new Promise((resolve, reject) => {
    const ended = new Promise<void>((end) => socket.once("close", () => end()));
    void ended.then(() => reject(new Error("the connection for subscriptions was closed")));
    socket.once("error", reject);
    socket.once("open", () => say({ type: "connection_init" }));
    socket.on("message", (text) => {
      const { type, payload } = JSON.parse(text.toString()) as Frame;
      switch (type) {
        case "connection_ack":
          say({
            id: randomUUID(),
            type: "start",
            payload: { data: JSON.stringify(request), extensions: { authorization } },
          });
          break;
        case "start_ack":
          resolve({ ended, close: () => socket.close() });
          break;
        case "data":
          onData((payload as { data: unknown }).data);
          break;
        case "error":
        case "connection_error":
          reject(new Error(`the subscription was refused: ${JSON.stringify(payload)}`));
          socket.close();
      }
    });
  });
}
