/** Executes an operation against an API. */
import {
  type GraphQLObjectType,
  type GraphQLSchema,
  OperationTypeNode,
  TypeNameMetaFieldDef,
} from "graphql";
import type { Api, OperationResponse, RequestContext } from "./api";
import type { Caller } from "./authorization";
import { collectFields } from "./collect-fields";
import { type OperationRequest, type Selected, selectOperation } from "./document";
import { type FormattedError, formatRequestError, locate } from "./error-format";
import { RequestError, unauthorizedField } from "./errors";
import type { Executed } from "./execution";
import { coerceVariables, VariableError } from "./input-values";
import { newMap } from "./java-values";
import {
  execute,
  OperationRun,
  type Prepared,
  readProperty,
  selectionsOf,
  toResponse,
} from "./operation-run";
import type { Published } from "./publications";
import { validateOperation } from "./validation";

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

/** Whether a subscription, after its directives, has one field, and no other than the schema's. */
function selectsOneField(schema: GraphQLSchema, prepared: Prepared): boolean {
  const type = schema.getSubscriptionType() as GraphQLObjectType;
  const { selectionSet } = prepared.operation;
  const fields = [...collectFields(selectionsOf(schema, prepared), type, [selectionSet]).values()];
  return fields.length === 1 && fields[0]?.[0].name.value !== TypeNameMetaFieldDef.name;
}
