import type { Credentials } from "./iam/iam";
import type { Outputs } from "./program";

/** What a front end has to know of a stack. A program without an API or without a user pool leaves its part out. */
export interface FrontEnd {
  readonly region: string;
  readonly graphqlUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly userPoolId?: string | undefined;
  readonly userPoolClientId?: string | undefined;
  /** Where the pool's operations are answered. */
  readonly cognitoEndpoint: string;
}

/** The deployed resources by type, as a front end needs them. */
interface Resources {
  outputsOf(type: string): readonly Readonly<Record<string, unknown>>[];
}

/** Of several APIs, pools or clients, the first that the program makes. */
export function frontEndOf(
  resources: Resources,
  where: Pick<FrontEnd, "region" | "cognitoEndpoint">,
): FrontEnd {
  const first = (type: string, of: Readonly<Record<string, unknown>> = {}) =>
    resources
      .outputsOf(type)
      .find((found) => Object.entries(of).every(([name, value]) => found[name] === value)) ?? {};
  const text = (value: unknown): string | undefined =>
    typeof value === "string" ? value : undefined;
  const { uris } = first("aws:appsync/graphQLApi:GraphQLApi");
  const pool = first("aws:cognito/userPool:UserPool");
  const client = first("aws:cognito/userPoolClient:UserPoolClient", { userPoolId: pool.id });
  return {
    ...where,
    graphqlUrl: text((uris as Readonly<Record<string, unknown>> | undefined)?.GRAPHQL),
    apiKey: text(first("aws:appsync/apiKey:ApiKey").key),
    userPoolId: text(pool.id),
    userPoolClientId: text(client.id),
  };
}

/** The configuration for `Amplify.configure` of aws-amplify 6. */
export function amplifyConfiguration(frontEnd: FrontEnd): Record<string, unknown> {
  const { region, graphqlUrl, apiKey, userPoolId, userPoolClientId, cognitoEndpoint } = frontEnd;
  const signsIn = userPoolId !== undefined && userPoolClientId !== undefined;
  return {
    ...(signsIn && {
      Auth: { Cognito: { userPoolId, userPoolClientId, userPoolEndpoint: cognitoEndpoint } },
    }),
    ...(graphqlUrl !== undefined && {
      API: {
        GraphQL: {
          endpoint: graphqlUrl,
          region,
          defaultAuthMode: signsIn ? "userPool" : apiKey === undefined ? "iam" : "apiKey",
          ...(apiKey !== undefined && { apiKey }),
        },
      },
    }),
  };
}

/** Where the command line of AWS and its SDKs find the engines, and with which credentials: lines for a shell. */
export function awsExports({
  region,
  endpoints,
  credentials,
}: {
  readonly region: string;
  readonly endpoints: { readonly dynamodb: string; readonly cognito: string; readonly sqs: string };
  readonly credentials: Credentials;
}): string {
  const session = credentials.sessionToken;
  return shellLines({
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(session !== undefined && { AWS_SESSION_TOKEN: session }),
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: endpoints.dynamodb,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: endpoints.cognito,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
  });
}

/** The program's outputs as variables: `graphqlUrl` is GRAPHQL_URL. What is no text is written as JSON. */
export function outputExports(outputs: Outputs): string {
  return shellLines(
    Object.fromEntries(
      Object.entries(outputs)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [
          variableName(name),
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
    ),
  );
}

function variableName(output: string): string {
  return output
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
}

/** In single quotes nothing of a value means anything to a shell. */
function shellLines(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
    .join("\n");
}
