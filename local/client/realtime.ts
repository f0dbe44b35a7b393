import { randomUUID } from "node:crypto";
import WebSocket from "ws";

// AppSync's realtime protocol, as far as one subscription on one connection needs it.
// Source: "Building a real-time WebSocket client" in the AWS AppSync Developer Guide.

export interface Subscription {
  /** Ends the connection. */
  close(): void;
}

interface Frame {
  readonly type: string;
  readonly payload?: unknown;
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

/** Subscribes, and answers once AppSync has acknowledged it: every later change goes to `onData`. */
export function subscribe(
  realtimeUrl: string,
  graphqlUrl: string,
  idToken: string,
  request: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> },
  onData: (data: unknown) => void,
): Promise<Subscription> {
  const authorization = { host: new URL(graphqlUrl).host, Authorization: idToken };
  const url = new URL(realtimeUrl);
  url.searchParams.set("header", base64(authorization));
  url.searchParams.set("payload", base64({}));
  const socket = new WebSocket(url, "graphql-ws");
  const say = (frame: object): void => socket.send(JSON.stringify(frame));
  return new Promise((resolve, reject) => {
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
          resolve({ close: () => socket.close() });
          break;
        case "data":
          onData((payload as { data: unknown }).data);
          break;
        case "error":
        case "connection_error":
          socket.close();
          reject(new Error(`the subscription was refused: ${JSON.stringify(payload)}`));
      }
    });
  });
}
