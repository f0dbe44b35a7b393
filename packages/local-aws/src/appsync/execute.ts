/** Executes an operation against an API. */
import {
  type DocumentNode,
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  OperationTypeNode,
  responsePathAsArray,
} from "graphql";
import type { Authorization, Caller } from "./authorization";
import { type FormattedError, formatDetails, formatError, visibleTo } from "./error-format";
import { type ErrorDetails, RequestError, ResolverError, unauthorizedField } from "./errors";
import { Publications, type Published } from "./publications";
import { type Resolver, resolveField } from "./resolver";
import { selectionSetGraphQL, selectionSetList } from "./selection";
import {
  type Limits,
  type OperationRequest,
  selectOperation,
  validateOperation,
} from "./validation";

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

/** Runs a query or a mutation. Throws RequestError if the whole request is rejected. */
export async function runOperation(
  api: Api,
  request: OperationRequest,
  context: RequestContext,
): Promise<{ readonly response: OperationResponse; readonly published: readonly Published[] }> {
  const { document, operation } = selectOperation(request);
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
    const message = "Subscriptions are served over the realtime endpoint only.";
    throw new RequestError(400, "UnsupportedOperation", message);
  }
  const invalid = validateOperation(api.schema, document, operation, api.limits);
  if (invalid.length > 0) {
    return { response: { data: null, errors: invalid }, published: [] };
  }
  const run = new OperationRun(api, context);
  const response = await run.execute(document, request);
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  return { response, published: isMutation ? run.publications.of(response.data) : [] };
}

export interface Subscribed {
  readonly document: DocumentNode;
  readonly fieldName: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Runs the subscription field's resolver, if any, which may reject the subscription. */
export async function runSubscribe(
  api: Api,
  request: OperationRequest,
  context: RequestContext,
): Promise<Subscribed | { readonly errors: readonly FormattedError[] }> {
  const { document, operation } = selectOperation(request);
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    const message = `${operation.operation} not supported through the realtime channel`;
    throw new RequestError(400, "UnsupportedOperation", message);
  }
  const invalid = validateOperation(api.schema, document, operation, api.limits);
  if (invalid.length > 0) {
    return { errors: invalid };
  }
  const run = new OperationRun(api, context);
  const response = await run.execute(document, request);
  const { subscribed } = run;
  // The field is null while subscribing, which is an error for a non-null type: only the resolver's errors count.
  const resolverErrors = (response.errors ?? []).filter(
    ({ errorType }) => subscribed === undefined || errorType !== undefined,
  );
  return subscribed === undefined || resolverErrors.length > 0
    ? { errors: resolverErrors }
    : { document, ...subscribed };
}

/** One execution, with its counters and the publications and errors that it collects. */
class OperationRun {
  readonly publications = new Publications();
  subscribed: Omit<Subscribed, "document"> | undefined;
  #resolversRun = 0;
  readonly #appended: FormattedError[] = [];
  readonly #api: Api;
  readonly #context: RequestContext;

  constructor(api: Api, context: RequestContext) {
    this.#api = api;
    this.#context = context;
  }

  async execute(document: DocumentNode, request: OperationRequest): Promise<OperationResponse> {
    const result = await execute({
      schema: this.#api.schema,
      document,
      rootValue: {},
      variableValues: request.variables ?? {},
      operationName: request.operationName ?? null,
      fieldResolver: (source, args, _context, info) => this.#field(source, args, info),
    });
    return toResponse(result, this.#appended, this.#api.schema);
  }

  #field(source: unknown, args: Record<string, unknown>, info: GraphQLResolveInfo): unknown {
    const { parentType, fieldName, schema } = info;
    if (!this.#api.authorization.mayAccess(this.#context.caller, info)) {
      throw unauthorizedField(fieldName, parentType.name);
    }
    this.publications.record(info);
    const resolver = this.#api.resolvers.get(`${parentType.name}.${fieldName}`);
    if (parentType === schema.getSubscriptionType()) {
      this.subscribed = { fieldName, args };
      return resolver && this.#resolve(resolver, source, args, info).then(() => null);
    }
    return resolver ? this.#resolve(resolver, source, args, info) : readProperty(source, fieldName);
  }

  async #resolve(
    resolver: Resolver,
    source: unknown,
    args: Record<string, unknown>,
    info: GraphQLResolveInfo,
  ): Promise<unknown> {
    this.#resolversRun += 1;
    if (this.#resolversRun > this.#api.limits.resolvers) {
      throw new ResolverError({
        message: `The operation runs more resolvers than the API's limit of ${this.#api.limits.resolvers}`,
        errorType: "ResolverCountLimitExceeded",
      });
    }
    const outErrors: ErrorDetails[] = [];
    try {
      return await resolveField(resolver, {
        ...this.#context,
        args,
        source,
        outErrors,
        info: {
          fieldName: info.fieldName,
          parentTypeName: info.parentType.name,
          variables: info.variableValues,
          selectionSetList: selectionSetList(info),
          selectionSetGraphQL: selectionSetGraphQL(info),
        },
      });
    } catch (error) {
      throw visibleTo(error instanceof ResolverError ? error : this.#internalFailure(error), info);
    } finally {
      this.#appended.push(...outErrors.map((error) => appendedError(error, info)));
    }
  }

  /** Wraps an error that no template and no data source raised on purpose. */
  #internalFailure(error: unknown): ResolverError {
    this.#api.log(`AppSync: ${error instanceof Error ? error.stack : String(error)}`);
    const message = error instanceof Error ? error.message : String(error);
    return new ResolverError({ message, errorType: "InternalFailure" });
  }
}

/** Applies a subscriber's selection and field authorization to a payload. No resolver runs. */
export function runDelivery(
  api: Api,
  subscription: Subscribed & { readonly request: OperationRequest },
  payload: unknown,
  caller: Caller,
): OperationResponse {
  const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
    if (!api.authorization.mayAccess(caller, info)) {
      throw unauthorizedField(info.fieldName, info.parentType.name);
    }
    return defaultFieldResolver(source, args, context, info);
  };
  const result = execute({
    schema: api.schema,
    document: subscription.document,
    rootValue: { [subscription.fieldName]: payload },
    variableValues: subscription.request.variables ?? {},
    operationName: subscription.request.operationName ?? null,
    fieldResolver,
  });
  // The field resolver is synchronous, so the result is too.
  return toResponse(result as ExecutionResult, [], api.schema);
}

function readProperty(source: unknown, fieldName: string): unknown {
  return typeof source === "object" && source !== null && Object.hasOwn(source, fieldName)
    ? (source as Record<string, unknown>)[fieldName]
    : null;
}

function appendedError(error: ErrorDetails, info: GraphQLResolveInfo): FormattedError {
  const { loc } = info.fieldNodes[0] ?? {};
  const at = loc && { line: loc.startToken.line, column: loc.startToken.column, sourceName: null };
  return {
    path: responsePathAsArray(info.path),
    locations: at ? [at] : null,
    ...formatDetails(visibleTo(error, info)),
  };
}

function toResponse(
  result: ExecutionResult,
  appended: readonly FormattedError[],
  schema: GraphQLSchema,
): OperationResponse {
  const raised = (result.errors ?? []).map((error) => formatError(error, schema));
  const errors = [...raised, ...appended];
  return { data: result.data ?? null, ...(errors.length > 0 && { errors }) };
}
