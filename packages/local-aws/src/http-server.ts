import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { asHttpError, checkHost, requestTarget } from "./http-request";

export interface RunningServer {
  readonly port: number;
  /** http://127.0.0.1:<port>, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** What the message about a busy port calls the server. */
  readonly name: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** PEM texts; with them the server speaks https instead of http. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** How long a request may take to arrive, with its body. */
  readonly receiveTimeoutMs?: number;
  /** Serves requests for another protocol. It destroys the socket in the end; errors of the socket are handled. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Answers a request whose target and Host are in order. An HttpError that it throws is the answer. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves HTTP on 127.0.0.1. Whatever arrives, it is answered or its connection ends: nothing ends this process. */
export async function serve(options: ServerOptions, listener: Listener): Promise<RunningServer> {
  const { tls, receiveTimeoutMs = 30_000, upgrade } = options;
  const limits = {
    requestTimeout: receiveTimeoutMs,
    headersTimeout: receiveTimeoutMs,
    connectionsCheckingInterval: receiveTimeoutMs / 6,
    // Clients keep their connections for reuse; a server that closes them first makes their next request fail.
    keepAliveTimeout: 0,
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      check(request);
      await listener(request, response);
    } catch (error) {
      refuse(response, error);
    }
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void answer(request, response);
  const server =
    tls === undefined
      ? createHttpServer(limits, onRequest)
      : createHttpsServer({ ...limits, ...tls }, onRequest);
  if (upgrade !== undefined) {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // The server lets go of the socket here, and an error that nobody handles ends the process.
      socket.on("error", () => socket.destroy());
      try {
        check(request);
        upgrade(request, socket, head);
      } catch (error) {
        refuseUpgrade(socket, asHttpError(error).status);
      }
    });
  }
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http${tls === undefined ? "" : "s"}://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers a request for another protocol with a status, and ends its connection. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  // A client that leaves its side open would keep the socket, and the server from stopping.
  socket.once("finish", () => socket.destroy());
  const reason = STATUS_CODES[status];
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function check(request: IncomingMessage): void {
  requestTarget(request);
  checkHost(request.headers.host);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, type, message } = asHttpError(error);
  const body = JSON.stringify({ __type: type, message });
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-amzn-errortype": type,
  });
  response.end(body);
}

/** Listens on 127.0.0.1. Throws an Error that says what to do where the port is in use. */
function listen(server: Server, { name, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const busy = `port ${port} for ${name} is in use: choose others with --port (0: any free ones)`;
      reject(error.code === "EADDRINUSE" ? new Error(busy) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

/** A port that is free now, for a child process that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = await serve({ name: "a probe", port: 0 }, () => {});
  await server.stop();
  return server.port;
}
