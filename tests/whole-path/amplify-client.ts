import { Amplify } from "aws-amplify";
import { generateClient } from "aws-amplify/api";
import { fetchAuthSession, getCurrentUser, signIn } from "aws-amplify/auth";
import { ConsoleLogger } from "aws-amplify/utils";

// A front end written with aws-amplify alone, for Node.js and for browsers.

/** Where the stack is, and who signs in. */
export interface Settings {
  readonly region: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  /** Amplify knows it for AWS. */
  readonly userPoolEndpoint: string;
  readonly graphqlUrl: string;
  readonly username: string;
  readonly password: string;
}

/** What the front end has seen. */
export interface Seen {
  readonly email: unknown;
  /** The first change that arrived. */
  readonly change: unknown;
  /** The account that the change is about, as a query shows it. */
  readonly account: unknown;
}

/** Signs in by SRP, subscribes to the user's changes, opens accounts until one arrives, and asks for its account. */
export async function useStack(settings: Settings): Promise<Seen> {
  const { region, graphqlUrl: endpoint, username, password, ...pool } = settings;
  // It warns of every endpoint of one's own.
  ConsoleLogger.LOG_LEVEL = "ERROR";
  Amplify.configure({
    Auth: { Cognito: pool },
    API: { GraphQL: { endpoint, region, defaultAuthMode: "userPool" } },
  });
  await signIn({ username, password });
  const { userId: owner } = await getCurrentUser();
  const { tokens } = await fetchAuthSession();
  const client = generateClient();

  const changes = client.graphql({
    query: `subscription Changes($owner: ID!) { onAccountChange(owner: $owner) { accountId version outcome balance } }`,
    variables: { owner },
  });
  if (!("subscribe" in changes)) throw new Error("a subscription was expected");
  let change: { readonly accountId: string } | undefined;
  let failure: unknown;
  const subscription = changes.subscribe({
    next: ({ data }) => {
      change ??= (data as { onAccountChange: { accountId: string } }).onAccountChange;
    },
    error: (error) => {
      failure = error;
    },
  });
  // More than one, as subscribing takes a moment, and Amplify does not report when it is done.
  while (change === undefined) {
    if (failure !== undefined) throw failure;
    const input = {
      accountId: crypto.randomUUID(),
      commandId: "c",
      expectedVersion: 0,
      currency: "EUR",
    };
    await client.graphql({
      query: `mutation Open($input: OpenAccountInput!) { openAccount(input: $input) { version } }`,
      variables: { input },
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  subscription.unsubscribe();
  const { accountId, ...what } = change;
  const answer = await client.graphql({
    query: `query Account($id: ID!) { account(accountId: $id) { version balance } }`,
    variables: { id: accountId },
  });
  const account = "data" in answer ? (answer.data as { account: unknown }).account : undefined;
  return { email: tokens?.idToken?.payload.email, change: what, account };
}
