/** The realtime endpoint: WebSocket connections for subscriptions. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { signedRequestOf } from "../iam/iam";
import { type Endpoint, graphqlPath } from "./http";
import { Connection } from "./realtime-connection";

/** Clients use this path on a custom domain, and on any other host that is not AppSync's own. */
export const realtimePath = `${graphqlPath}/realtime`;

const protocol = "graphql-ws";

export class Realtime {
  readonly #server = new WebSocketServer({
    noServer: true,
    // The client also offers its authorization as a "protocol"; the server selects only this one.
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  readonly #endpoint: () => Endpoint | undefined;
  readonly #log: (line: string) => void;

  /** @param endpoint returns undefined until an API is created */
  constructor(endpoint: () => Endpoint | undefined, log: (line: string) => void) {
    this.#endpoint = endpoint;
    this.#log = log;
  }

  handleUpgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    const endpoint = this.#endpoint();
    const { path } = signedRequestOf(message, Buffer.alloc(0));
    if (endpoint === undefined || path !== realtimePath) {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(message, socket, head, (webSocket) => {
      new Connection(endpoint, webSocket, message, this.#log).serve();
    });
  }

  stop(): void {
    for (const client of this.#server.clients) {
      client.terminate();
    }
    this.#server.close();
  }
}
