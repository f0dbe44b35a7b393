import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface RunningServer {
  readonly port: number;
  /** http://127.0.0.1:<port>, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves HTTP on 127.0.0.1.
 * @param options.port 0 takes any free port
 * @param options.name what the message about a busy port calls the server
 */
export async function serve(
  options: { readonly name: string; readonly port: number },
  listener: RequestListener,
): Promise<RunningServer> {
  const server = createServer(listener);
  await listen(server, options);
  // Clients keep their connections for reuse; a server that closes them first makes their next request fail.
  server.keepAliveTimeout = 0;
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Listens on 127.0.0.1. Throws an Error that says what to do where the port is in use. */
export function listen(
  server: Server,
  { name, port }: { readonly name: string; readonly port: number },
): Promise<void> {
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

export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
