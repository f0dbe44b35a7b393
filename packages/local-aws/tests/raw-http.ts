/** Sends requests byte by byte, as no HTTP client would. */
import { connect, type Socket } from "node:net";

export interface Exchange {
  readonly socket: Socket;
  /** All that the server has sent when it ends the connection, or when what it has sent is a whole answer. */
  readonly answer: Promise<string>;
}

export function exchange(port: number, text: string | Buffer): Exchange {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let received = "";
  const answer = new Promise<string>((resolve) => {
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (isWhole(received)) {
        resolve(received);
      }
    });
    socket.once("end", () => resolve(received));
    socket.once("close", () => resolve(received));
    socket.on("error", () => resolve(received));
  });
  socket.write(text);
  return { socket, answer };
}

/** Sends a request and returns the answer, after which the connection is closed. */
export async function sendRaw(port: number, text: string | Buffer): Promise<string> {
  const { socket, answer } = exchange(port, text);
  try {
    return await answer;
  } finally {
    socket.destroy();
  }
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? Number.NaN);
}

/** Whether an answer is there that says where it ends; every other one is whole at the connection's end. */
function isWhole(text: string): boolean {
  const [head = "", ...body] = text.split("\r\n\r\n");
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return length === undefined
    ? /^transfer-encoding: chunked/im.test(head) && /(^|\r\n)0\r\n\r\n$/.test(text)
    : body.join("\r\n\r\n").length >= Number(length);
}
