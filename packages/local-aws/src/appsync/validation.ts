/** Validates an operation before it runs: the request, the schema's rules and the API's limits. */
import {
  type DocumentNode,
  type GraphQLSchema,
  MaxIntrospectionDepthRule,
  UniqueArgumentNamesRule,
  UniqueInputFieldNamesRule,
  UniqueVariableNamesRule,
  validate,
} from "graphql";
import { depthOf } from "./depth";
import { fragmentsOf, type OperationRequest, type Selected } from "./document";
import { type FormattedError, formatRequestError, locate } from "./error-format";
import { malformedRequest } from "./errors";
import { parseJsonExactly } from "./java-numbers";
import { rulesFor } from "./rules";

export interface Limits {
  readonly introspection: boolean;
  /** 0 for none */
  readonly depth: number;
}

/** graphql-java 9 has no such rules; what it does with such a document is not known, so it is refused. */
const furtherRules = [
  UniqueArgumentNamesRule,
  UniqueInputFieldNamesRule,
  UniqueVariableNamesRule,
  MaxIntrospectionDepthRule,
];

/** Reads the body of an HTTP request or a "start" message. Throws RequestError. */
export function readOperationRequest(body: string): OperationRequest {
  if (body.trim() === "") {
    throw malformedRequest("Request body is empty.");
  }
  return toOperationRequest(parseJson(body));
}

/** Reads the query string of a GET request, in which the variables are JSON. Throws RequestError. */
export function readOperationQuery(query: Readonly<Record<string, string>>): OperationRequest {
  const { variables = "" } = query;
  return toOperationRequest({ ...query, variables: variables && parseJson(variables) });
}

function parseJson(text: string): unknown {
  try {
    return parseJsonExactly(text);
  } catch {
    throw malformedRequest("Unable to parse GraphQL query.");
  }
}

function toOperationRequest(request: unknown): OperationRequest {
  const { query, variables, operationName } = isObject(request) ? request : {};
  // An empty text stands for no variables in query strings.
  const values = variables || {};
  if (typeof query !== "string" || !isObject(values)) {
    throw malformedRequest("Unable to parse GraphQL query.");
  }
  return {
    query,
    variables: values,
    operationName: typeof operationName === "string" ? operationName : null,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the errors, or none. AppSync answers them with status 200 and no data. */
export function validateOperation(
  schema: GraphQLSchema,
  { document, operation }: Selected,
  limits: Limits,
): readonly FormattedError[] {
  const errors = validateDocument(schema, document, limits.introspection);
  if (errors.length > 0) {
    return errors;
  }
  if (!schema.getRootType(operation.operation)) {
    const message = `Schema is not configured for ${operation.operation}s.`;
    return [formatRequestError(message, locate(operation))];
  }
  const depth = limits.depth > 0 ? depthOf(operation, fragmentsOf(document)) : 0;
  if (depth > limits.depth) {
    const message = `The query is ${depth} levels deep, which exceeds the API's limit of ${limits.depth}`;
    return [{ ...formatRequestError(message, null), errorType: "QueryDepthLimitExceeded" }];
  }
  return [];
}

interface Validated {
  readonly introspection: boolean;
  readonly errors: readonly FormattedError[];
}

/** Documents are parsed once for repeated requests, and validated once, too. */
const validated = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, Validated>>();

function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  introspection: boolean,
): readonly FormattedError[] {
  const known = validated.get(schema) ?? new WeakMap<DocumentNode, Validated>();
  validated.set(schema, known);
  const before = known.get(document);
  if (before?.introspection === introspection) {
    return before.errors;
  }
  const broken = validate(schema, document, rulesFor(introspection));
  const found = broken.length > 0 ? broken : validate(schema, document, furtherRules);
  const errors = found.map(({ message, nodes = [] }) =>
    formatRequestError(message, locate(...(nodes ?? []))),
  );
  known.set(document, { introspection, errors });
  return errors;
}
