import { randomUUID } from "node:crypto";
import {
  type GraphqlAnswer,
  type LocalStack,
  type Session,
  type StackOptions,
  type Subscription,
  send,
  startStack,
  subscribe,
} from "local-aws";
import { register } from "tsx/cjs/api";
import { accessTo, usersOf } from "../../cli/local/client/access";
import { password, temporaryPassword } from "../../cli/local/client/local-user";
import { ledgerProgram } from "../../cli/local/use-stack";

// The program is loaded as `npm start` loads it, past the test runner's own transformations.
register();

export interface User extends Session {
  /** Sends a request as this user. */
  ask<Data = Record<string, unknown>>(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
  ): Promise<GraphqlAnswer<Data>>;
  /** Sends a command as this user. */
  command(name: CommandName, input: CommandInput): Promise<CommandAnswer>;
  /** Subscribes as this user; every change is added to the list. */
  watch(owner: string, accountId?: string): Promise<Watch>;
}

export type CommandName = "openAccount" | "deposit" | "withdraw" | "closeAccount";
export type CommandInput = Readonly<Record<string, unknown>> & { readonly accountId: string };

export interface RecordedEvent {
  readonly version: number;
  readonly type: string;
  readonly commandId: string;
  readonly recordedAt: string;
}

export interface CommandAnswer {
  readonly event: RecordedEvent | null;
  /** Null where the command was recorded. */
  readonly errorType: string | null;
  readonly field: unknown;
}

export interface Watch extends Subscription {
  readonly changes: readonly Record<string, unknown>[];
}

const inputTypes: Readonly<Record<CommandName, string>> = {
  openAccount: "OpenAccountInput",
  deposit: "MoveMoneyInput",
  withdraw: "MoveMoneyInput",
  closeAccount: "CloseAccountInput",
};

const changeFields =
  "accountId owner version type commandId actor actorReason recordedAt amount memo outcome reason balance currency status";

/** The whole system on this machine, as `npm start` runs it. */
export async function startWorld(
  options: Pick<StackOptions, "alarm" | "appsync" | "dynamodb" | "now" | "retryPauseMs"> = {},
) {
  const logs: string[] = [];
  const stack: LocalStack = await startStack({
    program: ledgerProgram,
    stack: "dev",
    ports: { appsync: 0, cognito: 0, dynamodb: 0, sqs: 0 },
    https: false,
    shareEngine: true,
    ...options,
    log: (source, line) => logs.push(`[${source}] ${line}`),
    progress: () => {},
  });
  const users = usersOf(stack.description);

  async function signUp(group?: string): Promise<User> {
    const email = `${randomUUID()}@example.com`;
    await users.createUser(email, temporaryPassword);
    if (group !== undefined) await users.addToGroup(email, group);
    const session = await users.signInFirst(email, temporaryPassword, password);
    const access = accessTo(stack.description, session.idToken);
    const ask: User["ask"] = (query, variables) => send(access, query, variables);
    return {
      ...session,
      ask,
      command: async (name, input) => {
        const { data, errors } = await ask<Record<string, RecordedEvent | null>>(
          `mutation Command($input: ${inputTypes[name]}!) {
            ${name}(input: $input) { version type commandId recordedAt }
          }`,
          { input: { commandId: randomUUID(), ...input } },
        );
        const [error] = errors ?? [];
        return {
          event: data?.[name] ?? null,
          errorType: error === undefined ? null : (error.errorType ?? error.message),
          field: error?.errorInfo?.field ?? null,
        };
      },
      watch: async (owner, accountId) => {
        const changes: Record<string, unknown>[] = [];
        const variables = accountId === undefined ? { owner } : { owner, accountId };
        const query = `subscription Changes($owner: ID!${accountId === undefined ? "" : ", $accountId: ID"}) {
          onAccountChange(owner: $owner${accountId === undefined ? "" : ", accountId: $accountId"}) { ${changeFields} }
        }`;
        const subscription = await subscribe(access, { query, variables }, (data) =>
          changes.push((data as { onAccountChange: Record<string, unknown> }).onAccountChange),
        );
        return { ...subscription, changes };
      },
    };
  }

  return { stack, logs, signUp, stop: () => stack.stop() };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

export const newAccountId = (): string => `account-${randomUUID()}`;

/** Asks again and again until the answer is there; the bound is no measure of speed. */
export async function eventually<A>(
  question: () => Promise<A | undefined>,
  mostMs = 30_000,
): Promise<A> {
  const deadline = Date.now() + mostMs;
  for (;;) {
    const answer = await question();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline)
      throw new Error(`it did not happen within ${mostMs / 1_000} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export interface AccountView {
  readonly balance: string;
  readonly version: number;
  readonly status: string;
  readonly processing: string;
  readonly name: string;
}

/** The account as the read model has it once it has followed `version`. */
export const accountAt = (user: User, accountId: string, version: number): Promise<AccountView> =>
  eventually(async () => {
    const { data } = await user.ask<{ account: AccountView | null }>(
      "query Account($accountId: ID!) { account(accountId: $accountId) { balance version status processing name } }",
      { accountId },
    );
    const account = data?.account ?? undefined;
    return account !== undefined && account.version >= version ? account : undefined;
  });
