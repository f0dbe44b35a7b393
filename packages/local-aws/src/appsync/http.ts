/** The GraphQL endpoint over HTTP. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { defaultMaxBodyBytes, readBody } from "../http-request";
import { type SignedRequest, signedRequestOf } from "../iam/iam";
import { trace } from "../trace";
import type { Api } from "./api";
import type { OperationRequest } from "./document";
import { asRequestError, RequestError } from "./errors";
import { runOperation } from "./execute";
import type { Subscriptions } from "./subscriptions";
import { readOperationQuery, readOperationRequest } from "./validation";

export const graphqlPath = "/graphql";

/** AppSync serves nothing there: a page that is developed here finds its configuration at it. */
const configurationPath = "/config.json";

/** Called before each operation. What it answers fails the request, as AppSync's own faults do. */
export type InterceptRequest = (
  query: string,
) => RequestError | undefined | Promise<RequestError | undefined>;

export interface Endpoint {
  readonly api: Api;
  readonly intercept?: InterceptRequest | undefined;
  readonly subscriptions: Subscriptions;
  /** How a front end is configured, without any secret. */
  readonly configuration: () => unknown;
}

/** Answers one request. `endpoint` is undefined until an API is created. */
export async function handleHttp(
  endpoint: Endpoint | undefined,
  message: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  allowAllOrigins(message, response);
  if (message.method === "OPTIONS") {
    response.writeHead(200).end();
    return;
  }
  try {
    const request = signedRequestOf(message, await readBody(message, defaultMaxBodyBytes));
    send(response, 200, await answer(endpoint, request, message.socket.remoteAddress ?? ""));
  } catch (error) {
    const { status, errorType, body } = asRequestError(error, log);
    response.setHeader("x-amzn-ErrorType", errorType);
    send(response, status, body);
  }
}

async function answer(
  endpoint: Endpoint | undefined,
  request: SignedRequest,
  sourceIp: string,
): Promise<unknown> {
  if (endpoint !== undefined && request.path === configurationPath && request.method === "GET") {
    return endpoint.configuration();
  }
  if (endpoint === undefined || request.path !== graphqlPath) {
    throw new RequestError(404, "NotFoundException", `There is no API at ${request.path}.`);
  }
  const { method } = request;
  if (method !== "POST" && method !== "GET") {
    throw new RequestError(405, "MethodNotAllowedException", `${method} is not supported.`);
  }
  const caller = await endpoint.api.authorization.authenticate(request, sourceIp);
  const operation =
    method === "GET"
      ? readOperationQuery(request.query)
      : readOperationRequest(request.body.toString());
  const { headers } = request;
  trace(() => describeOperation(operation));
  const fault = await endpoint.intercept?.(operation.query);
  if (fault !== undefined) {
    throw fault;
  }
  const { response, published } = await runOperation(endpoint.api, operation, { caller, headers });
  for (const publication of published) {
    endpoint.subscriptions.publish(publication);
  }
  trace(() => `  answers ${JSON.stringify(response)}`);
  return response;
}

function describeOperation({ query, variables }: OperationRequest): string {
  const document = query.replaceAll(/\s+/g, " ").trim();
  return variables == null ? document : `${document} ${JSON.stringify(variables)}`;
}

/** Allows every origin, as AppSync does, so that a front end may be served from anywhere. */
function allowAllOrigins(message: IncomingMessage, response: ServerResponse): void {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-expose-headers", "x-amzn-RequestId,x-amzn-ErrorType,Date");
  const requested = message.headers["access-control-request-headers"];
  if (requested !== undefined) {
    response.setHeader("access-control-allow-headers", requested);
    response.setHeader("access-control-allow-methods", "GET,POST,OPTIONS");
    response.setHeader("access-control-max-age", "172800");
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.setHeader("x-amzn-RequestId", randomUUID());
  response.writeHead(status, { "content-type": "application/json;charset=UTF-8" });
  response.end(JSON.stringify(body));
}
