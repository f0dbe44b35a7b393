import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import type { Access } from "./access";

/** An error as AppSync puts it. */
export interface GraphqlError {
  readonly message: string;
  readonly errorType?: string;
  readonly errorInfo?: Readonly<Record<string, unknown>> | null;
  readonly path?: readonly (string | number)[] | null;
}

export interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlError[];
}

/** Sends one request to the API, and answers with what it says, errors included. */
export async function send<Data>(
  access: Access,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<GraphqlAnswer<Data>> {
  return JSON.parse(await post(access, JSON.stringify({ query, variables })));
}

/** Sends one request, and throws where the API answers with an error. */
export async function ask<Data>(
  access: Access,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Data> {
  const { data, errors } = await send<Data>(access, query, variables);
  if (errors !== undefined || data === undefined || data === null) {
    const [first] = errors ?? [];
    throw new Error(`${first?.errorType}: ${first?.message}`);
  }
  return data;
}

/** By Node's own clients: fetch cannot be told which certificate to trust. */
function post({ graphqlUrl, idToken, certificate }: Access, body: string): Promise<string> {
  const request = graphqlUrl.startsWith("https:") ? httpsRequest : httpRequest;
  const headers = { authorization: idToken, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers, ca: certificate };
    request(graphqlUrl, options, (response) => {
      text(response).then(resolve, reject);
    })
      .once("error", reject)
      .end(body);
  });
}
