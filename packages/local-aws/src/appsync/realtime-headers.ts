/** Authorization over WebSocket: a browser cannot set headers, so they are part of the messages and the URL. */
import type { IncomingMessage } from "node:http";
import { type SignedRequest, signedRequestOf } from "../iam/iam";

/**
 * Reads the authorization headers from one of three places: base64 in the query parameter `header`, base64url in a
 * subprotocol "header-…", or the handshake's own headers.
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
    // Node's decoder accepts the base64url alphabet as well.
    return JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  } catch {
    return {};
  }
}

/** Only texts count: whatever else a client sends as a header, it sends none. */
export function lowerCased(headers: unknown): Record<string, string> {
  const texts = Object.entries(headers ?? {}).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), value as string]));
}

/** The client signs a POST, although it sends none. */
export function toSignedRequest(
  path: string,
  headers: Record<string, string>,
  body: string,
): SignedRequest {
  return { method: "POST", path, query: {}, headers: withoutUserAgent(headers), body };
}

/** aws-amplify adds this header after signing. AppSync accepts it, unlike any other unsigned x-amz- header. */
function withoutUserAgent(headers: Record<string, string>): Record<string, string> {
  const { "x-amz-user-agent": agent, ...others } = headers;
  const isSigned = agent === undefined || headers.authorization?.includes("x-amz-user-agent");
  return isSigned ? headers : others;
}
