/** One client's connection in AppSync's protocol for subscriptions over WebSocket. */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { asRequestError, malformedRequest, RequestError } from "./errors";
import { runSubscribe } from "./execute";
import { type Endpoint, graphqlPath } from "./http";
import { connectionHeaders, lowerCased, toSignedRequest } from "./realtime-headers";
import { readOperationRequest } from "./validation";

/** AppSync's value: a client closes the connection after this time without a keep-alive message. */
const connectionTimeoutMs = 300_000;
const keepAliveIntervalMs = 60_000;
const maxSubscriptionsPerConnection = 100;

interface Message {
  readonly type: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export class Connection {
  /** Ends a subscription; keyed by the client's id, undefined until the subscription is established. */
  readonly #subscriptions = new Map<string, (() => void) | undefined>();
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
    const keepAlive = setInterval(() => this.#send({ type: "ka" }), keepAliveIntervalMs);
    this.#socket.on("message", (data) => {
      this.#receive(String(data)).catch((error: unknown) => {
        this.#log(`AppSync: ${error instanceof Error ? error.stack : String(error)}`);
        this.#socket.terminate();
      });
    });
    this.#socket.on("error", () => this.#socket.terminate());
    this.#socket.on("close", () => {
      clearInterval(keepAlive);
      for (const id of [...this.#subscriptions.keys()]) {
        this.#end(id);
      }
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
        this.#end(message.id);
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
    try {
      this.#reserve(id);
    } catch (error) {
      // The existing subscription keeps the id.
      this.#send({ type: "error", id, payload: asRequestError(error, this.#log).body });
      return;
    }
    try {
      await this.#subscribe(id, payload);
    } catch (error) {
      this.#end(id);
      this.#send({ type: "error", id, payload: asRequestError(error, this.#log).body });
    }
  }

  #reserve(id: string): void {
    if (this.#subscriptions.has(id)) {
      throw new RequestError(400, "DuplicatedOperationError", `The id ${id} is in use.`);
    }
    if (this.#subscriptions.size >= maxSubscriptionsPerConnection) {
      const message = `A connection has at most ${maxSubscriptionsPerConnection} subscriptions.`;
      throw new RequestError(400, "MaxSubscriptionsReachedError", message);
    }
    this.#subscriptions.set(id, undefined);
  }

  async #subscribe(id: string, payload: Message["payload"]): Promise<void> {
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
      this.#end(id);
      this.#send({ type: "error", id, payload: { errors: subscribed.errors } });
      return;
    }
    if (!this.#subscriptions.has(id)) {
      // The client stopped it or disconnected while its resolver ran.
      return;
    }
    this.#send({ type: "start_ack", id });
    const end = subscriptions.add({
      ...subscribed,
      request,
      caller,
      deliver: (response) => this.#send({ type: "data", id, payload: response }),
    });
    this.#subscriptions.set(id, end);
  }

  #end(id: string): void {
    this.#subscriptions.get(id)?.();
    this.#subscriptions.delete(id);
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
