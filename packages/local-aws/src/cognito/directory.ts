import { type Input, ServiceError } from "../aws-json";
import type { Engine } from "./engine";
import type { PasswordPolicy } from "./password-policy";

export interface UserPool {
  readonly Id: string;
  readonly Policies?: { readonly PasswordPolicy?: PasswordPolicy };
  readonly UsernameConfiguration?: { readonly CaseSensitive?: boolean };
}

export interface AppClient {
  readonly ClientId: string;
  readonly UserPoolId: string;
  readonly ExplicitAuthFlows: readonly string[];
  readonly PreventUserExistenceErrors?: string;
}

export interface Attribute {
  readonly Name: string;
  readonly Value?: string;
}

export interface User {
  readonly Username: string;
  readonly Enabled?: boolean;
  readonly UserStatus: string;
  readonly UserAttributes: readonly Attribute[];
  /** Seconds since 1970. */
  readonly UserLastModifiedDate: number;
}

/** Reads the pools, app clients and users that cognito-local stores. */
export class Directory {
  /** A sign-in request does not name the pool, and cognito-local finds an app client only by its pool. */
  readonly #poolOfClient = new Map<string, string>();
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Loads the app clients of earlier runs. */
  async load(): Promise<void> {
    const { UserPools } = await this.#engine.call("ListUserPools", { MaxResults: 60 });
    for (const { Id } of (UserPools ?? []) as readonly UserPool[]) {
      const { UserPoolClients } = await this.#engine.call("ListUserPoolClients", {
        UserPoolId: Id,
      });
      for (const client of (UserPoolClients ?? []) as readonly AppClient[]) {
        this.addClient(client);
      }
    }
  }

  addClient({ ClientId, UserPoolId }: AppClient): void {
    this.#poolOfClient.set(ClientId, UserPoolId);
  }

  /** @param poolId if given, the pool that the client must belong to */
  async client(clientId: unknown, poolId?: unknown): Promise<AppClient> {
    const UserPoolId = this.#poolOfClient.get(String(clientId));
    if (UserPoolId === undefined || (poolId !== undefined && poolId !== UserPoolId)) {
      throw new ServiceError(
        "ResourceNotFoundException",
        `User pool client ${clientId} does not exist.`,
      );
    }
    const input = { UserPoolId, ClientId: clientId };
    const output = await this.#engine.call("DescribeUserPoolClient", input);
    return output.UserPoolClient as AppClient;
  }

  async pool(id: unknown): Promise<UserPool> {
    const output = await this.#engine.call("DescribeUserPool", { UserPoolId: id });
    return output.UserPool as UserPool;
  }

  /** Finds a user by user name, sub or any sign-in alias of the pool. */
  async user(poolId: string, username: string): Promise<User | undefined> {
    try {
      const Username = await this.#canonicalUsername(poolId, username);
      return (await this.#engine.call("AdminGetUser", {
        UserPoolId: poolId,
        Username,
      })) as unknown as User;
    } catch (error) {
      if (error instanceof ServiceError && error.type === "UserNotFoundException") {
        return undefined;
      }
      throw error;
    }
  }

  async hasGroup({ UserPoolId, GroupName }: Input): Promise<boolean> {
    const { Groups } = await this.#engine.call("ListGroups", { UserPoolId });
    return ((Groups ?? []) as readonly Input[]).some((group) => group.GroupName === GroupName);
  }

  /** Lower-cases user names and e-mail addresses if the pool ignores case, which cognito-local never does. */
  async normalized(input: Input): Promise<Input> {
    if (input.UserPoolId === undefined || !(await this.#ignoresCase(input.UserPoolId))) {
      return input;
    }
    const { Username, UserAttributes } = input as {
      Username?: string;
      UserAttributes?: readonly Attribute[];
    };
    return {
      ...input,
      ...(Username === undefined ? {} : { Username: Username.toLowerCase() }),
      ...(UserAttributes === undefined
        ? {}
        : {
            UserAttributes: UserAttributes.map(({ Name, Value }) => ({
              Name,
              Value: Name === "email" ? Value?.toLowerCase() : Value,
            })),
          }),
    };
  }

  async #canonicalUsername(poolId: string, username: string): Promise<string> {
    return (await this.#ignoresCase(poolId)) ? username.toLowerCase() : username;
  }

  async #ignoresCase(poolId: unknown): Promise<boolean> {
    return (await this.pool(poolId)).UsernameConfiguration?.CaseSensitive === false;
  }
}
