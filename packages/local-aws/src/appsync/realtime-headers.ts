/** Authorization over WebSocket, where a browser can set no headers: they travel inside messages and the address. */
import type { IncomingMessage } from "node:http";
import { type SignedRequest, signedRequestOf } from "../iam/iam";

/**
 * The headers for authorization come in one of three ways: as base64 in the query parameter `header`, as base64url in a
 * subprotocol "header-…", or as the handshake's own headers.
 */
export function connectionHeaders(handshake: IncomingMessage): Record<string, string> {
  const { headers, query } = signedRequestOf(handshake, Buffer.alloc(0));
  const subprotocol = (headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((offered) => offered.trim())
    .find((offered) => offered.startsWith("header-"));
  const encoded = subprotocol?.slice("header-".length) ?? query.header;
  return encoded === undefined ? headers : lowerCased(decode(encoded));
}

function decode(encoded: string): unknown {
  try {
    // Node's decoder takes the base64url alphabet as well.
    return JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  } catch {
    return {};
  }
}

export function lowerCased(headers: unknown): Record<string, string> {
  const entries = Object.entries(typeof headers === "object" && headers !== null ? headers : {});
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** What the client signs stands for a POST, although none is sent. */
export function toSignedRequest(
  path: string,
  headers: Record<string, string>,
  body: string,
): SignedRequest {
  return { method: "POST", path, query: {}, headers: withoutUserAgent(headers), body };
}

/** aws-amplify adds this header after it has signed, and AppSync takes it, unlike any other unsigned x-amz- header. */
function withoutUserAgent(headers: Record<string, string>): Record<string, string> {
  const { "x-amz-user-agent": agent, ...others } = headers;
  const isSigned = agent === undefined || headers.authorization?.includes("x-amz-user-agent");
  return isSigned ? headers : others;
}
