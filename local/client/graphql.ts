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
  graphqlUrl: string,
  idToken: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<GraphqlAnswer<Data>> {
  const response = await fetch(graphqlUrl, {
    method: "POST",
    headers: { authorization: idToken, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphqlAnswer<Data>;
}

/** Sends one request, and throws where the API answers with an error. */
export async function ask<Data>(
  graphqlUrl: string,
  idToken: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Data> {
  const { data, errors } = await send<Data>(graphqlUrl, idToken, query, variables);
  if (errors !== undefined || data === undefined || data === null) {
    const [first] = errors ?? [];
    throw new Error(`${first?.errorType}: ${first?.message}`);
  }
  return data;
}
