/** Executes an operation against an API. */
import {
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  OperationTypeNode,
  TypeNameMetaFieldDef,
} from "graphql";
import type { Authorization, Caller } from "./authorization";
import { collectFields, type Selections } from "./collect-fields";
import { fragmentsOf, type OperationRequest, type Selected, selectOperation } from "./document";
import {
  type FormattedError,
  formatRequestError,
  formatResolverError,
  locate,
  visibleTo,
} from "./error-format";
import { type ErrorDetails, RequestError, ResolverError, unauthorizedField } from "./errors";
import { type Executed, executeOperation, type FieldResolver } from "./execution";
import { coerceVariables, VariableError, type Variables } from "./input-values";
import { newMap } from "./java-values";
import { Publications, type Published } from "./publications";
import { type Resolver, resolveField } from "./resolver";
import { selectionSetGraphQL, selectionSetList } from "./selection";
import { type Limits, validateOperation } from "./validation";

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
  const selected = selectOperation(request);
  const { operation } = selected.operation;
  if (operation === OperationTypeNode.SUBSCRIPTION) {
    const message = "Subscriptions are served over the realtime endpoint only.";
    throw new RequestError(400, "UnsupportedOperation", message);
  }
  const prepared = prepare(api, selected, request.variables ?? {});
  if ("errors" in prepared) {
    return { response: { data: null, errors: prepared.errors }, published: [] };
  }
  const run = new OperationRun(api, context);
  const response = await run.execute(prepared);
  const isMutation = operation === OperationTypeNode.MUTATION;
  return { response, published: isMutation ? run.publications.of(response.data) : [] };
}

export interface Subscribed {
  readonly prepared: Prepared;
  readonly fieldName: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Runs the subscription field's resolver, if any, which may reject the subscription. */
export async function runSubscribe(
  api: Api,
  request: OperationRequest,
  context: RequestContext,
): Promise<Subscribed | { readonly errors: readonly RealtimeError[] }> {
  const selected = selectOperation(request);
  const { operation } = selected.operation;
  if (operation !== OperationTypeNode.SUBSCRIPTION) {
    const message = `${operation} not supported through the realtime channel`;
    throw new RequestError(400, "UnsupportedOperation", message);
  }
  const prepared = prepare(api, selected, request.variables ?? {});
  if ("errors" in prepared) {
    return { errors: prepared.errors.map(toRealtimeError) };
  }
  if (!selectsOneField(api.schema, prepared)) {
    const message = "A subscription must select exactly one field.";
    return { errors: [{ errorType: "BadRequestException", message }] };
  }
  const run = new OperationRun(api, context);
  const response = await run.execute(prepared);
  const { subscribed } = run;
  // The field is null while subscribing, which is an error for a non-null type: only the resolver's errors count.
  const errors = (response.errors ?? []).filter(
    ({ errorType }) => subscribed === undefined || errorType !== undefined,
  );
  return subscribed === undefined || errors.length > 0
    ? { errors: errors.map(toRealtimeError) }
    : { prepared, ...subscribed };
}

/** AppSync's realtime endpoint tells no more of an error. */
interface RealtimeError {
  readonly errorType?: string;
  readonly message: string;
}

function toRealtimeError({ errorType, message }: FormattedError): RealtimeError {
  return { ...(errorType && { errorType }), message };
}

/** A valid operation with its variables coerced. */
export interface Prepared extends Selected {
  readonly variables: Variables;
}

function prepare(
  api: Api,
  selected: Selected,
  values: Readonly<Record<string, unknown>>,
): Prepared | { readonly errors: readonly FormattedError[] } {
  const errors = validateOperation(api.schema, selected, api.limits);
  if (errors.length > 0) {
    return { errors };
  }
  const { variableDefinitions = [] } = selected.operation;
  try {
    const variables = coerceVariables(api.schema, variableDefinitions, values);
    return { ...selected, variables };
  } catch (error) {
    if (error instanceof VariableError) {
      return { errors: [formatRequestError(error.message, locate(error.definition))] };
    }
    throw error;
  }
}

/** One execution, with its counters and the publications and errors that it collects. */
class OperationRun {
  readonly publications = new Publications();
  subscribed: Omit<Subscribed, "prepared"> | undefined;
  #resolversRun = 0;
  readonly #appended: FormattedError[] = [];
  readonly #api: Api;
  readonly #context: RequestContext;

  constructor(api: Api, context: RequestContext) {
    this.#api = api;
    this.#context = context;
  }

  async execute(prepared: Prepared): Promise<OperationResponse> {
    const executed = await execute(this.#api.schema, prepared, {}, (source, args, info) =>
      this.#field(source, args, info),
    );
    return toResponse(executed, this.#appended);
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
      const visible = outErrors.map((error) => formatResolverError(visibleTo(error, info), info));
      this.#appended.push(...visible);
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
  { prepared, fieldName }: Subscribed,
  payload: unknown,
  caller: Caller,
): OperationResponse {
  const root = newMap([[fieldName, payload]]);
  const executed = execute(api.schema, prepared, root, (source, _args, info) => {
    if (!api.authorization.mayAccess(caller, info)) {
      throw unauthorizedField(info.fieldName, info.parentType.name);
    }
    return readProperty(source, info.fieldName);
  });
  // The field resolver is synchronous, so the result is too.
  return toResponse(executed as Executed, []);
}

function execute(
  schema: GraphQLSchema,
  prepared: Prepared,
  source: unknown,
  resolve: FieldResolver,
): Executed | Promise<Executed> {
  const selections = selectionsOf(schema, prepared);
  return executeOperation(prepared.operation, selections, source, resolve);
}

function selectionsOf(schema: GraphQLSchema, { document, variables }: Prepared): Selections {
  return { schema, fragments: fragmentsOf(document), variables };
}

/** Whether a subscription, after its directives, has one field, and no other than the schema's. */
function selectsOneField(schema: GraphQLSchema, prepared: Prepared): boolean {
  const type = schema.getSubscriptionType() as GraphQLObjectType;
  const { selectionSet } = prepared.operation;
  const fields = [...collectFields(selectionsOf(schema, prepared), type, [selectionSet]).values()];
  return fields.length === 1 && fields[0]?.[0].name.value !== TypeNameMetaFieldDef.name;
}

function readProperty(source: unknown, fieldName: string): unknown {
  return typeof source === "object" && source !== null && Object.hasOwn(source, fieldName)
    ? (source as Record<string, unknown>)[fieldName]
    : null;
}

function toResponse(
  { data, errors: raised }: Executed,
  appended: readonly FormattedError[],
): OperationResponse {
  const errors = [...raised, ...appended];
  return { data, ...(errors.length > 0 && { errors }) };
}
