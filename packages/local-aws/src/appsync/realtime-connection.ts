/** One client's connection in AppSync's protocol for subscriptions over WebSocket. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { asRequestError, malformedRequest, RequestError, unauthorizedRequest } from "./errors";
import { runSubscribe } from "./execute";
import { type Endpoint, graphqlPath } from "./http";
import { connectionHeaders, lowerCased, toSignedRequest } from "./realtime-headers";
import { type Place, Places } from "./realtime-places";
import { readOperationRequest } from "./validation";

/** AppSync's value: a client closes the connection after this time without a keep-alive message. */
const connectionTimeoutMs = 300_000;
const keepAliveIntervalMs = 60_000;
/** AppSync's quota for the duration of a connection. */
const maxDurationMs = 24 * 3_600_000;
/** AppSync's documentation does not say how long it bears a client that is not authorized and says nothing. */
const refusalTimeoutMs = 15_000;

interface Message {
  readonly type: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export class Connection {
  readonly #places = new Places();
  readonly #sourceIp: string;
  /** Settles once per connection. Each subscription is authorized separately as well. */
  readonly #authorized: Promise<unknown>;
  readonly #endpoint: Endpoint;
  readonly #socket: WebSocket;
  readonly #log: (line: string) => void;

  constructor(
    endpoint: Endpoint,
    socket: WebSocket,
    handshake: IncomingMessage,
    log: (line: string) => void,
  ) {
    this.#endpoint = endpoint;
    this.#socket = socket;
    this.#log = log;
    this.#sourceIp = handshake.socket.remoteAddress ?? "";
    this.#authorized = this.#authorize(handshake);
    // The rejection is sent as the answer to the client's first message, which may arrive later.
    this.#authorized.catch(() => {});
  }

  serve(): void {
    const timers = [
      setInterval(() => this.#send({ type: "ka" }), keepAliveIntervalMs),
      setTimeout(() => this.#socket.close(), maxDurationMs),
      setTimeout(() => {
        this.#authorized.catch((error: unknown) => this.#refuseConnection(error));
      }, refusalTimeoutMs),
    ];
    this.#socket.on("message", (data) => {
      this.#receive(String(data)).catch((error: unknown) => {
        this.#log(`AppSync: ${error instanceof Error ? error.stack : String(error)}`);
        this.#socket.terminate();
      });
    });
    this.#socket.on("error", () => this.#socket.terminate());
    this.#socket.on("close", () => {
      timers.forEach(clearTimeout);
      this.#places.endAll();
    });
  }

  /** The client signs a POST of {} to …/graphql/connect, or sends a token for it. */
  async #authorize(handshake: IncomingMessage): Promise<void> {
    const headers = connectionHeaders(handshake);
    const request = toSignedRequest(`${graphqlPath}/connect`, headers, "{}");
    await this.#endpoint.api.authorization.authenticate(request, this.#sourceIp);
  }

  async #receive(text: string): Promise<void> {
    try {
      await this.#authorized;
    } catch (error) {
      this.#refuseConnection(error);
      return;
    }
    if (this.#socket.readyState !== this.#socket.OPEN) {
      return;
    }
    const message = readMessage(text);
    switch (message.type) {
      case "connection_init":
        this.#send({ type: "connection_ack", payload: { connectionTimeoutMs } });
        this.#send({ type: "ka" });
        return;
      case "start":
        await this.#start(message);
        return;
      case "stop":
        this.#places.end(message.id);
        this.#send({ type: "complete", id: message.id });
        return;
      default: {
        const text = `${message.type} not supported through the realtime channel`;
        const { body } = new RequestError(400, "UnsupportedOperation", text);
        this.#send({ type: "error", id: message.id, payload: body });
      }
    }
  }

  #refuseConnection(error: unknown): void {
    const { status, errorType, message } = asRequestError(error, this.#log);
    this.#send({
      type: "connection_error",
      payload: { errors: [{ errorType, message, errorCode: status }] },
    });
    this.#socket.close();
  }

  async #start({ id, payload }: Message): Promise<void> {
    let place: Place;
    try {
      place = this.#places.take(id);
    } catch (error) {
      // The existing subscription keeps the id.
      this.#send({ type: "error", id, payload: asRequestError(error, this.#log).body });
      return;
    }
    try {
      await this.#subscribe(place, id, payload);
    } catch (error) {
      this.#endWithError(place, id, asRequestError(error, this.#log).body);
    }
  }

  async #subscribe(place: Place, id: string, payload: Message["payload"]): Promise<void> {
    const { api, subscriptions } = this.#endpoint;
    const { data, extensions } = payload;
    if (typeof data !== "string") {
      throw malformedRequest("Request body is empty.");
    }
    const { authorization: given } = (extensions ?? {}) as Record<string, unknown>;
    const headers = lowerCased(given);
    const signed = toSignedRequest(graphqlPath, headers, data);
    const caller = await api.authorization.authenticate(signed, this.#sourceIp);
    const request = readOperationRequest(data);
    const subscribed = await runSubscribe(api, request, { caller, headers });
    if ("errors" in subscribed) {
      this.#endWithError(place, id, { errors: subscribed.errors });
      return;
    }
    if (place.ended) {
      // The client stopped it or disconnected while its resolver ran.
      return;
    }
    this.#send({ type: "start_ack", id });
    const deliver = (response: unknown): void =>
      this.#send({ type: "data", id, payload: response });
    place.onEnd(subscriptions.add({ ...subscribed, caller, deliver }));
    if (caller.expiresAt !== undefined) {
      const remainingMs = Math.min(caller.expiresAt - Date.now(), maxDurationMs);
      const expire = (): void =>
        this.#endWithError(place, id, unauthorizedRequest("Token has expired.").body);
      const timer = setTimeout(expire, remainingMs);
      place.onEnd(() => clearTimeout(timer));
    }
  }

  #endWithError(place: Place, id: string, payload: unknown): void {
    if (!place.ended) {
      place.end();
      this.#send({ type: "error", id, payload });
    }
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    if (this.#socket.readyState === this.#socket.OPEN) {
      this.#socket.send(JSON.stringify(message));
    }
  }
}

function readMessage(text: string): Message {
  try {
    const { type, id, payload } = JSON.parse(text) as Record<string, unknown>;
    return { type: String(type), id: String(id ?? ""), payload: (payload ?? {}) as never };
  } catch {
    return { type: "unknown", id: "", payload: {} };
  }
}
