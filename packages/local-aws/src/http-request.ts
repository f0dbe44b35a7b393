import type { IncomingMessage } from "node:http";

/** Refuses a request at the level of HTTP. `type` is the name of the error that all of AWS's services have for it. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

export function asHttpError(error: unknown): HttpError {
  return error instanceof HttpError
    ? error
    : new HttpError(500, "InternalFailure", "An internal failure occurred.");
}

/** What most services take. DynamoDB and SQS have limits of their own. */
export const defaultMaxBodyBytes = 1024 * 1024;

export interface RequestTarget {
  /** As sent, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** The one reader of request lines. Throws HttpError for a target that is not a path of this server. */
export function requestTarget({ url = "" }: IncomingMessage): RequestTarget {
  if (!url.startsWith("/")) {
    throw new HttpError(400, "MalformedHttpRequestException", "The request line has no path.");
  }
  const [, path = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(url) ?? [];
  return { path, query: Object.fromEntries(new URLSearchParams(query)) };
}

const loopbackHost = /^(([\w-]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Throws HttpError unless the client addresses this machine as such. A page whose own host name resolves to 127.0.0.1
 * (DNS rebinding) counts as the server's own page for its browser, but it sends that name as Host.
 */
export function checkHost(host: string | undefined): void {
  if (host === undefined || !loopbackHost.test(host)) {
    throw new HttpError(
      421,
      "MisdirectedRequest",
      `The local cloud answers as localhost or 127.0.0.1, not as ${host}.`,
    );
  }
}

/**
 * Reads a request's body before anybody knows who sends it, so never more than the limit. Throws HttpError. What a
 * client sends beyond the limit is dropped, so that it can read the answer; the server's timeout ends that.
 */
export function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const refuse = (status: number, type: string, text: string): void => {
      message.off("data", collect).resume();
      reject(new HttpError(status, type, text));
    };
    // One buffer that grows: a list of chunks would cost a body of single-byte chunks a hundred times its size.
    let body = Buffer.alloc(0);
    let bytes = 0;
    const collect = (chunk: Buffer): void => {
      const needed = bytes + chunk.length;
      if (needed > maxBytes) {
        tooLarge();
        return;
      }
      if (needed > body.length) {
        body = Buffer.concat([body], Math.min(maxBytes, 2 * needed));
      }
      bytes += chunk.copy(body, bytes);
    };
    const tooLarge = (): void => {
      const text = `The request's body exceeds the limit of ${maxBytes} bytes.`;
      refuse(413, "RequestEntityTooLargeException", text);
    };
    if (Number(message.headers["content-length"] ?? 0) > maxBytes) {
      tooLarge();
      return;
    }
    message.on("data", collect);
    message.once("end", () => resolve(body.subarray(0, bytes)));
    message.once("close", () =>
      refuse(400, "RequestAbortedException", "The client closed the connection."),
    );
  });
}
