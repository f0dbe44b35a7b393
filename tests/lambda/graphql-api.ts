import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { buildSchema, type GraphQLSchema } from "graphql";
import { type Credentials, type Iam, type Principal, signedRequestOf } from "local-aws";
import { schema } from "../../infra/templates";
import { wiring } from "../../vtl/wiring";

/** A request to the API, with its caller: the signature of each request is verified. */
export interface Asked {
  readonly caller: Principal;
  readonly query: string;
  /** The changes that the request publishes, by alias: `c0`, `c1`, … */
  readonly variables: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Api {
  readonly url: string;
  readonly asked: Asked[];
  /** Its answer; undefined for none at all. */
  answer: { readonly status: number; readonly body: string } | undefined;
  /** How long it takes to answer. */
  delayMs: number;
  stop(): Promise<void>;
}

/** The answer of an API that accepts what is published. */
export const success = { status: 200, body: '{"data":{"c0":{}}}' };

/** Stands in for AppSync's endpoint: records the requests, and answers as AppSync may. */
export const startApi = async (iam: Iam): Promise<Api> => {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    try {
      const caller = await iam.authenticate(signedRequestOf(request, body), "appsync");
      api.asked.push({ caller, ...JSON.parse(body.toString("utf8")) });
      if (api.answer === undefined) return;
      await sleep(api.delayMs);
      response.writeHead(api.answer.status, { "content-type": "application/json" });
      response.end(api.answer.body);
    } catch (error) {
      response.writeHead(401).end(JSON.stringify({ errors: [{ message: String(error) }] }));
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const api: Api = {
    url: `http://127.0.0.1:${port}/graphql`,
    asked: [],
    answer: success,
    delayMs: 0,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return api;
};

/** The projector's role, with every permission that no test examines. */
export const projectorRole = (iam: Iam): { arn: string; credentials: Credentials } => {
  const arn = iam.createRole("projector");
  iam.putRolePolicy("projector", "everything", {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  return { arn, credentials: iam.assumeRole(arn) };
};

const appSyncDirectives = `
  scalar AWSDateTime
  directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
  directive @aws_iam on FIELD_DEFINITION | OBJECT
  directive @aws_cognito_user_pools(cognito_groups: [String!]) on FIELD_DEFINITION | OBJECT
`;

/** The API's schema, as it is deployed. */
export const apiSchema = (): GraphQLSchema =>
  buildSchema([schema(wiring), appSyncDirectives].join("\n"));
