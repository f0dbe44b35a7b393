import WebSocket from "ws";

/** The headers that go with a body: of the API's endpoint, or of `connect` for a realtime connection. */
export type HeadersFor = (request: {
  readonly path: "/graphql" | "/graphql/connect";
  readonly body: string;
}) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;

export interface Request {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Endpoints {
  readonly graphqlUrl: string;
  readonly realtimeUrl: string;
}

interface Body {
  readonly errors?: readonly { readonly errorType?: string }[];
}

/** `+` is done, `U` is the error Unauthorized of a field; any other error by its type. */
const kindOf = ({ errors: [error] = [] }: Body): string => {
  if (error === undefined) return "+";
  return error.errorType === "Unauthorized" ? "U" : String(error.errorType);
};

/** Asks a query or a mutation. */
export async function ask(
  { graphqlUrl }: Endpoints,
  headersFor: HeadersFor,
  request: Request,
): Promise<string> {
  const body = JSON.stringify(request);
  const headers = await headersFor({ path: "/graphql", body });
  const sent = { "content-type": "application/json", ...headers };
  const response = await fetch(graphqlUrl, { method: "POST", headers: sent, body });
  const answer = kindOf((await response.json()) as Body);
  const refused = answer !== "+" && answer !== "U";
  return response.status === (refused ? 401 : 200) ? answer : `${response.status} ${answer}`;
}

/** Subscribes, and ends the connection once there is an answer. */
export async function subscribe(
  { graphqlUrl, realtimeUrl }: Endpoints,
  headersFor: HeadersFor,
  request: Request,
): Promise<string> {
  const { host } = new URL(graphqlUrl);
  const data = JSON.stringify(request);
  const connect = { host, ...(await headersFor({ path: "/graphql/connect", body: "{}" })) };
  const authorization = { host, ...(await headersFor({ path: "/graphql", body: data })) };
  const url = new URL(realtimeUrl);
  url.searchParams.set("header", Buffer.from(JSON.stringify(connect)).toString("base64"));
  url.searchParams.set("payload", Buffer.from("{}").toString("base64"));
  const socket = new WebSocket(url, "graphql-ws");
  const say = (frame: object): void => socket.send(JSON.stringify(frame));
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("closed without an answer")));
      socket.once("open", () => say({ type: "connection_init" }));
      socket.on("message", (text) => {
        const { type, payload } = JSON.parse(String(text)) as { type: string; payload: Body };
        if (type === "connection_ack") {
          say({ id: "1", type: "start", payload: { data, extensions: { authorization } } });
        } else if (type === "start_ack") {
          resolve("+");
        } else if (type === "error" || type === "connection_error") {
          resolve(kindOf(payload));
        }
      });
    });
  } finally {
    socket.close();
  }
}
