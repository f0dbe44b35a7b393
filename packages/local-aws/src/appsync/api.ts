/** An API as its resources define it, a request's surroundings, and the answer. */
import type { GraphQLSchema } from "graphql";
import type { Authorization, Caller } from "./authorization";
import type { FormattedError } from "./error-format";
import type { Resolver } from "./resolver";
import type { Limits } from "./validation";

export interface Api {
  readonly schema: GraphQLSchema;
  readonly authorization: Authorization;
  readonly limits: Limits & { readonly resolvers: number };
  /** Keyed by "Type.field". */
  readonly resolvers: ReadonlyMap<string, Resolver>;
  readonly log: (line: string) => void;
}

export interface RequestContext {
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
}

export interface OperationResponse {
  readonly data: unknown;
  readonly errors?: readonly FormattedError[];
}
