import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { amplifyConfiguration, awsExports, outputExports } from "../src/front-end";

const local = { region: "eu-west-1", cognitoEndpoint: "http://127.0.0.1:4001" };
const pool = { userPoolId: "eu-west-1_abc", userPoolClientId: "client" };
const graphqlUrl = "http://127.0.0.1:4000/graphql";

/** What a shell makes of the lines. */
function variable(lines: string, name: string): string {
  return execFileSync("/bin/sh", ["-c", `${lines}\nprintf %s "$${name}"`], { encoding: "utf8" });
}

describe("the configuration of a front end", () => {
  it("signs in at the local pool and asks the local API", () => {
    expect(amplifyConfiguration({ ...local, ...pool, graphqlUrl })).toEqual({
      Auth: { Cognito: { ...pool, userPoolEndpoint: local.cognitoEndpoint } },
      API: { GraphQL: { endpoint: graphqlUrl, region: local.region, defaultAuthMode: "userPool" } },
    });
  });

  it("uses the API's key where the program has no user pool", () => {
    expect(amplifyConfiguration({ ...local, graphqlUrl, apiKey: "da2-key" })).toEqual({
      API: {
        GraphQL: {
          endpoint: graphqlUrl,
          region: local.region,
          defaultAuthMode: "apiKey",
          apiKey: "da2-key",
        },
      },
    });
  });

  it("is empty for a program with neither", () => {
    expect(amplifyConfiguration(local)).toEqual({});
  });
});

describe("lines for a shell", () => {
  it("name each engine's endpoint as the SDKs look for it", () => {
    const endpoints = { dynamodb: "http://d", cognito: "http://c", sqs: "http://s" };
    const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };
    const lines = awsExports({ region: "eu-west-1", endpoints, credentials });
    expect(variable(lines, "AWS_ENDPOINT_URL_DYNAMODB")).toBe("http://d");
    expect(variable(lines, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER")).toBe("http://c");
    expect(variable(lines, "AWS_ENDPOINT_URL_SQS")).toBe("http://s");
    expect(variable(lines, "AWS_SECRET_ACCESS_KEY")).toBe("secret");
    expect(variable(lines, "AWS_REGION")).toBe("eu-west-1");
  });

  it("carry every value as it is, whatever a shell would make of it", () => {
    const value = 'it\'s $HOME `id` \\ "x"';
    expect(variable(outputExports({ graphqlUrl: value }), "GRAPHQL_URL")).toBe(value);
  });

  it("write what is no text as JSON, and leave out what is undefined", () => {
    const lines = outputExports({ "table-names": ["a"], count: 2, none: undefined });
    expect(lines).toBe("export TABLE_NAMES='[\"a\"]'\nexport COUNT='2'");
  });
});
