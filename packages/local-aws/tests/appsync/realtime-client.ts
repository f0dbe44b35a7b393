import WebSocket from "ws";

const clients: Client[] = [];

/** Ends the connections of every client. */
export function closeClients(): void {
  for (const { socket } of clients.splice(0)) {
    socket.terminate();
  }
}

export function urlWithHeader(realtimeUrl: string, header: unknown): URL {
  const url = new URL(realtimeUrl);
  const text = typeof header === "string" ? header : JSON.stringify(header);
  url.searchParams.set("header", Buffer.from(text).toString("base64"));
  url.searchParams.set("payload", Buffer.from("{}").toString("base64"));
  return url;
}

export interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly data?: unknown; readonly errors?: unknown[] } & Record<
    string,
    unknown
  >;
}

/** Implements the protocol by hand; next() returns frames in the order of arrival. */
export class Client {
  readonly #frames: Frame[] = [];
  readonly #waiting: ((frame: Frame) => void)[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on("message", (text) => {
      const frame = JSON.parse(String(text)) as Frame;
      // Keep-alive messages arrive at any time.
      if (frame.type !== "ka") {
        const waiting = this.#waiting.shift();
        waiting ? waiting(frame) : this.#frames.push(frame);
      }
    });
  }

  static async open(url: URL | string, protocols: string[] = ["graphql-ws"], headers = {}) {
    const client = new Client(new WebSocket(url, protocols, { headers }));
    clients.push(client);
    await new Promise((resolve, reject) =>
      client.socket.once("open", resolve).once("error", reject),
    );
    return client;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  next(): Promise<Frame> {
    const frame = this.#frames.shift();
    return frame ? Promise.resolve(frame) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Starts a subscription and returns the answer. */
  start(id: string, query: string, variables: object, authorization: object): Promise<Frame> {
    const data = JSON.stringify({ query, variables });
    this.send({ id, type: "start", payload: { data, extensions: { authorization } } });
    return this.next();
  }
}
