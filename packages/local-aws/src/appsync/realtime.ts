/** The realtime endpoint: WebSocket connections for subscriptions. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { requestTarget } from "../http-request";
import { refuseUpgrade } from "../http-server";
import { type Endpoint, graphqlPath } from "./http";
import { Connection } from "./realtime-connection";

/** Clients use this path on a custom domain, and on any other host that is not AppSync's own. */
export const realtimePath = `${graphqlPath}/realtime`;

const protocol = "graphql-ws";

/** AppSync's quota for one message, in both directions. A larger one ends the connection with the code 1009. */
const maxMessageBytes = 240 * 1024;

export class Realtime {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
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
    if (endpoint === undefined || requestTarget(message).path !== realtimePath) {
      refuseUpgrade(socket, 404);
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
