import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { asHttpError, defaultMaxBodyBytes, readBody } from "./http-request";
import { IamError, type SignedRequest, signedRequestOf } from "./iam/iam";

/** An operation's input, as its JSON body has it. */
export type Input = Readonly<Record<string, unknown>>;

/** One request in AWS's JSON protocol: `X-Amz-Target: <service>.<operation>`, and the input as a JSON body. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly request: SignedRequest;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** An error with the name that the service's own exception has. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";

  constructor(
    readonly type: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export interface ProtocolOptions {
  readonly version: "1.0" | "1.1";
  readonly services: readonly string[];
  readonly maxBodyBytes?: number;
}

/** Serves a service's operations, for the JSON protocol's version that the service speaks. */
export function awsJson(
  options: ProtocolOptions,
  handle: (call: Call) => Promise<Answer>,
): RequestListener {
  return (request, response) => {
    void readCall(request, options)
      .then(handle)
      .catch(failure)
      .then((answer) => send(response, answer, `application/x-amz-json-${options.version}`))
      .catch(() => response.destroy());
  };
}

/** What a service answers for an error; its clients take the exception's name from `__type`. */
function failure(error: unknown): Answer {
  if (error instanceof IamError || error instanceof ServiceError) {
    const headers = error instanceof ServiceError ? error.headers : {};
    const body = JSON.stringify({ __type: error.type, message: error.message });
    return { status: 400, headers, body };
  }
  const { status, type } = asHttpError(error);
  const message = error instanceof Error ? error.message : String(error);
  return { status, body: JSON.stringify({ __type: type, message }) };
}

async function readCall(
  request: IncomingMessage,
  { services, maxBodyBytes = defaultMaxBodyBytes }: ProtocolOptions,
): Promise<Call> {
  const body = await readBody(request, maxBodyBytes);
  const target = String(request.headers["x-amz-target"]);
  // The pattern excludes the names of what every JavaScript object has, like constructor.
  const [, service = "", operation] = /^(\w+)\.([A-Z][A-Za-z]*)$/.exec(target) ?? [];
  if (operation === undefined || !services.includes(service)) {
    throw new ServiceError(
      "UnknownOperationException",
      `the header X-Amz-Target names no operation of ${services.join(" or ")}: ${target}`,
    );
  }
  return { service, operation, input: parse(body), request: signedRequestOf(request, body) };
}

function parse(body: Buffer): Input {
  try {
    const input: unknown = JSON.parse(body.toString("utf8"));
    if (typeof input === "object" && input !== null && !Array.isArray(input)) {
      return input as Input;
    }
  } catch {
    // Answered below, like JSON that is no object.
  }
  throw new ServiceError("SerializationException", "the body is not a JSON object");
}

function send(response: ServerResponse, { status, headers, body }: Answer, type: string): void {
  response.writeHead(status, {
    ...headers,
    "content-type": type,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
