/**
 * A front end as AppSync's users write it, with aws-amplify and nothing else. Its first argument is the endpoint, a
 * token and IAM credentials as JSON. It prints its results and events as JSON.
 */
import { Amplify } from "aws-amplify";
import { generateClient } from "aws-amplify/api";
import { decodeJWT } from "aws-amplify/auth";
import WebSocket from "ws";

// Browsers have a global WebSocket, Node.js only from version 22 on.
Object.assign(globalThis, { WebSocket });

const { endpoint, region, token, credentials } = JSON.parse(process.argv[2] ?? "{}");

Amplify.configure(
  { API: { GraphQL: { endpoint, region, defaultAuthMode: "userPool" } } },
  {
    Auth: {
      tokenProvider: { getTokens: async () => ({ accessToken: decodeJWT(token) }) },
      credentialsProvider: {
        getCredentialsAndIdentityId: async () => ({ credentials }),
        clearCredentialsAndIdentityId: () => {},
      },
    },
  },
);

const client = generateClient();

interface Listener {
  readonly unsubscribe: () => void;
}

function listen(authMode: "userPool" | "iam", onEvent: (event: unknown) => void): Listener {
  const query = 'subscription { onChange(id: "1") { id text } }';
  const subscription = client.graphql({ query, authMode });
  if (!("subscribe" in subscription)) {
    throw new Error("a subscription was expected");
  }
  return subscription.subscribe({ next: onEvent, error: (error) => onEvent({ error }) });
}

async function main(): Promise<void> {
  const events: unknown[] = [];
  const listeners = (["userPool", "iam"] as const).map((mode) =>
    listen(mode, (event) => events.push({ mode, event })),
  );
  const query = await client.graphql({ query: "{ hello }" });
  const change = (id: string) =>
    client.graphql({
      query: 'mutation M($id: ID!) { change(id: $id, text: "t") { id text } }',
      variables: { id },
      authMode: "iam",
    });
  // Subscribing takes a moment, and amplify does not report its end: repeat the change until both have received it.
  let mutation: unknown;
  await change("2");
  while (new Set(events.map((seen) => (seen as { mode: string }).mode)).size < 2) {
    mutation = await change("1");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const rejected = await Promise.resolve(client.graphql({ query: "{ operators }" })).catch(
    (error: unknown) => error,
  );
  for (const listener of listeners) {
    listener.unsubscribe();
  }
  process.stdout.write(JSON.stringify({ query, mutation, events, rejected }));
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${JSON.stringify(error)} ${String(error)}\n`);
  process.exit(1);
});
