/** Requests as nobody should send them, most of them close to ones that somebody should. */
import fc from "fast-check";

/** What the client does once it has sent the request. */
export type Ending = "wait" | "half-close" | "close" | "reset";

export interface RawRequest {
  /** 0 to 3: AppSync, Cognito, DynamoDB, SQS. */
  readonly engine: 0 | 1 | 2 | 3;
  readonly text: string;
  readonly ending: Ending;
}

const printable = fc.string({ unit: "grapheme-ascii", maxLength: 20 });
const bytes = fc
  .uint8Array({ maxLength: 40 })
  .map((array) => Buffer.from(array).toString("latin1"));
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    "",
    "{}",
    "[]",
    "null",
    '{"query":"{ change(owner: 1) { owner } }"}',
    '{"query":"subscription { onChange { owner } }","variables":{"__proto__":1}}',
    '{"QueueUrl":{"toString":1},"TableName":["t"],"Username":{},"AuthParameters":[]}',
    '{"ClientId":"x","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"a","PASSWORD":"b"}}',
    "[".repeat(5_000),
  ),
);

const credential = (accessKeyId: string): string =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/eu-central-1/sqs/aws4_request, ` +
  `SignedHeaders=host;x-amz-date;constructor, Signature=${"0".repeat(64)}`;

const authorization = (accessKeyId: string): fc.Arbitrary<string> =>
  fc.oneof(
    printable,
    fc.constantFrom(
      credential("AKIA"),
      credential(accessKeyId),
      "Bearer ",
      "a.b.c",
      "AWS4-HMAC-SHA256 ",
    ),
    fc
      .tuple(fc.json(), fc.json())
      .map((parts) => `${parts.map((part) => base64(part)).join(".")}.${base64("signature")}`),
  );

const realtimeHeader = (accessKeyId: string): fc.Arbitrary<string> =>
  fc.oneof(
    printable,
    fc.json().map(base64),
    fc
      .record({
        host: fc.jsonValue(),
        Authorization: fc.oneof(authorization(accessKeyId), fc.jsonValue()),
      })
      .map((header) => base64(JSON.stringify(header))),
  );

const service = fc.constantFrom(
  "AmazonSQS",
  "DynamoDB_20120810",
  "DynamoDBStreams_20120810",
  "AWSCognitoIdentityProviderService",
);
const operation = fc.constantFrom(
  "SendMessage",
  "Query",
  "InitiateAuth",
  "RespondToAuthChallenge",
  "GetTokensFromRefreshToken",
  "GetUser",
  "SignUp",
  "AdminCreateUser",
  "constructor",
  "toString",
  "__proto__",
  "a.b",
);

const header = (accessKeyId: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(service, operation).map((names) => `X-Amz-Target: ${names.join(".")}`),
    authorization(accessKeyId).map((value) => `Authorization: ${value}`),
    realtimeHeader(accessKeyId).map(
      (value) => `Sec-WebSocket-Protocol: graphql-ws, header-${value}`,
    ),
    printable.map((value) => `Access-Control-Request-Headers: ${value}`),
    fc.tuple(printable, bytes).map(([name, value]) => `${name}: ${value}`),
    fc.constantFrom(
      "Connection: Upgrade\r\nUpgrade: h2c",
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
      "Content-Type: application/x-amz-json-1.1",
      "Expect: 100-continue",
      "Expect: the-unexpected",
      "Transfer-Encoding: chunked",
      "Content-Length: 99999999999",
      "Content-Length: -1",
      "Origin: http://example.org",
      "Host: example.org",
      "X-Amz-Date: 20261340T000000Z",
      "__proto__: x",
      `X-Long: ${"x".repeat(20_000)}`,
    ),
  );

const upgrade =
  "Connection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13";

/** What a client of WebSocket would send next, or what it would not. */
const frames = fc.oneof(
  bytes,
  fc.constantFrom("\x81\x80\0\0\0\0", "\x88\x80\0\0\0\0", "\xff\xff", "\x81\xff"),
);

/** @param ids what everybody may learn: an access key's id, and a user pool's */
export function rawRequest(ids: {
  readonly accessKeyId: string;
  readonly poolId: string;
}): fc.Arbitrary<RawRequest> {
  const method = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom("GET", "POST", "OPTIONS") },
    fc.constantFrom("HEAD", "PUT", "CONNECT", "TRACE", "PRI", "M-SEARCH", "get", ""),
  );
  const target = fc.oneof(
    fc.constantFrom("/", "/graphql", "/graphql/realtime", "/.well-known/jwks.json"),
    fc.constantFrom("//", "///", "//[", "//%", "/%", "/\\", "/?", "/graphql/../x", "/graphql//"),
    fc.constantFrom("*", "", "?", "http://", "http://[", "http://example.org/graphql"),
    fc
      .constantFrom("jwks.json", "openid-configuration")
      .map((name) => `/${ids.poolId}/.well-known/${name}`),
    realtimeHeader(ids.accessKeyId).map(
      (value) => `/graphql/realtime?header=${value}&payload=e30=`,
    ),
    printable.map((text) => `/${text}`),
    bytes,
  );
  const host = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom("localhost", "127.0.0.1:1") },
    fc.constantFrom("example.org", "", "[", "localhost:x"),
  );
  const request = fc
    .record({
      method,
      target,
      version: fc.constantFrom("1.1", "1.1", "1.1", "1.1", "1.0", "9"),
      host,
      headers: fc.array(header(ids.accessKeyId), { maxLength: 5 }),
      upgrade: fc.boolean(),
      body: fc.oneof(json, bytes),
      sized: fc.boolean(),
      frames: fc.array(frames, { maxLength: 3 }),
    })
    .map((parts) => {
      const body = Buffer.from(parts.body, "latin1");
      const size = parts.sized ? [`Content-Length: ${body.length}`] : [];
      const lines = [
        `${parts.method} ${parts.target} HTTP/${parts.version}`,
        `Host: ${parts.host}`,
        ...(parts.upgrade ? [upgrade] : []),
        ...parts.headers,
        ...size,
      ];
      return `${lines.join("\r\n")}\r\n\r\n${parts.body}${parts.frames.join("")}`;
    });
  const cut = fc
    .tuple(request, fc.nat())
    .map(([text, at]) => text.slice(0, at % (text.length + 1)));
  return fc.record({
    engine: fc.constantFrom<RawRequest["engine"]>(0, 0, 1, 2, 3),
    text: fc.oneof({ weight: 5, arbitrary: request }, cut, bytes),
    ending: fc.constantFrom<Ending>("wait", "wait", "half-close", "close", "reset"),
  });
}
