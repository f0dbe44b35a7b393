/**
 * A front end written with aws-amplify alone. It gets the endpoint, the region, a token and the user's id as JSON in
 * its first argument, opens accounts until the first change arrives, and prints that change as JSON.
 */
import { randomUUID } from "node:crypto";
import { Amplify } from "aws-amplify";
import { generateClient } from "aws-amplify/api";
import { decodeJWT } from "aws-amplify/auth";
import WebSocket from "ws";

// Browsers have one; Node.js has it from version 22 on.
Object.assign(globalThis, { WebSocket });

const { endpoint, region, token, owner } = JSON.parse(process.argv[2] ?? "{}");

Amplify.configure(
  { API: { GraphQL: { endpoint, region, defaultAuthMode: "userPool" } } },
  {
    Auth: {
      // Cognito's own sign-in (SRP) is not offered locally: the token comes from elsewhere.
      tokenProvider: { getTokens: async () => ({ accessToken: decodeJWT(token) }) },
    },
  },
);

const client = generateClient();

const changes = client.graphql({
  query: `subscription Changes($owner: ID!) { onAccountChange(owner: $owner) { version outcome balance } }`,
  variables: { owner },
});
if (!("subscribe" in changes)) throw new Error("a subscription was expected");

const end = (received: unknown, code: number): void => {
  process.stdout.write(JSON.stringify(received));
  process.exit(code);
};
changes.subscribe({ next: ({ data }) => end(data, 0), error: (error) => end(error, 1) });

/** Opens more than one, as subscribing takes a moment, and amplify does not report when it is done. */
async function openAccounts(): Promise<never> {
  for (;;) {
    const input = { accountId: randomUUID(), commandId: "c", expectedVersion: 0, currency: "EUR" };
    await client.graphql({
      query: `mutation Open($input: OpenAccountInput!) { openAccount(input: $input) { version } }`,
      variables: { input },
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

openAccounts().catch((error: unknown) => end(error, 1));
