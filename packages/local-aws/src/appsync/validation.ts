/** Validates an operation before it runs: the document, the schema's rules and the API's limits. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  specifiedRules,
  validate,
} from "graphql";
import { type FormattedError, formatLocations } from "./error-format";
import { malformedRequest, RequestError } from "./errors";

/** AppSync's quota for one query. */
const maxQueryTokens = 15_000;

export interface OperationRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

export interface Limits {
  readonly introspection: boolean;
  /** 0 for none */
  readonly depth: number;
}

/** AppSync's names for the errors of graphql-js' rules, as far as known. */
const errorNames: Readonly<Record<string, string>> = {
  FieldsOnCorrectTypeRule: "FieldUndefined",
  FragmentsOnCompositeTypesRule: "FragmentTypeConditionInvalid",
  KnownArgumentNamesRule: "UnknownArgument",
  KnownDirectivesRule: "UnknownDirective",
  KnownFragmentNamesRule: "UndefinedFragment",
  KnownTypeNamesRule: "UnknownType",
  NoFragmentCyclesRule: "FragmentCycle",
  NoUndefinedVariablesRule: "UndefinedVariable",
  NoUnusedFragmentsRule: "UnusedFragment",
  NoUnusedVariablesRule: "UnusedVariable",
  OverlappingFieldsCanBeMergedRule: "FieldsConflict",
  ProvidedRequiredArgumentsRule: "MissingFieldArgument",
  ScalarLeafsRule: "SubSelectionRequired",
  ValuesOfCorrectTypeRule: "WrongType",
  VariablesInAllowedPositionRule: "VariableTypeMismatch",
};

/** Reads the body of an HTTP request or a "start" message. Throws RequestError. */
export function readOperationRequest(body: string): OperationRequest {
  if (body.trim() === "") {
    throw malformedRequest("Request body is empty.");
  }
  const request = parseJson(body);
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw malformedRequest("Unable to parse GraphQL query.");
  }
  const { query, variables, operationName } = request as Record<string, unknown>;
  const variablesFit =
    variables === undefined || (typeof variables === "object" && !Array.isArray(variables));
  if (typeof query !== "string" || !variablesFit) {
    throw malformedRequest("Unable to parse GraphQL query.");
  }
  return {
    query,
    variables: (variables ?? {}) as Record<string, unknown>,
    operationName: typeof operationName === "string" ? operationName : null,
  };
}

/** Parses the document and selects the operation to run. Throws RequestError. */
export function selectOperation(request: OperationRequest): {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
} {
  const document = parseDocument(request.query);
  const operation = getOperationAST(document, request.operationName);
  if (!operation) {
    const message = request.operationName
      ? `Unknown operation named '${request.operationName}'.`
      : "Missing operation name.";
    throw new RequestError(400, "BadRequestException", message);
  }
  return { document, operation };
}

/** Returns the errors of the first violated rule, or none. AppSync answers them with status 200 and no data. */
export function validateOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: Limits,
): readonly FormattedError[] {
  const rules = limits.introspection
    ? specifiedRules
    : [NoSchemaIntrospectionCustomRule, ...specifiedRules];
  for (const rule of rules) {
    const name = errorNames[rule.name] ?? rule.name.replace(/(Custom)?Rule$/, "");
    const errors = validate(schema, document, [rule]).map((error) => ({
      path: null,
      locations: formatLocations(error),
      message: `Validation error of type ${name}: ${error.message}`,
    }));
    if (errors.length > 0) {
      return errors;
    }
  }
  const depth = depthOf(operation.selectionSet, fragmentsOf(document));
  if (limits.depth > 0 && depth > limits.depth) {
    const message = `The query is ${depth} levels deep, which exceeds the API's limit of ${limits.depth}`;
    return [{ path: null, locations: null, message, errorType: "QueryDepthLimitExceeded" }];
  }
  return [];
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw malformedRequest("Unable to parse GraphQL query.");
  }
}

function parseDocument(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: maxQueryTokens });
  } catch {
    throw malformedRequest("Unable to parse GraphQL query.");
  }
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return new Map((fragments as FragmentDefinitionNode[]).map((each) => [each.name.value, each]));
}

/** Expects a valid document, in which fragments exist and have no cycles. */
function depthOf(selectionSet: SelectionSetNode | undefined, fragments: Fragments): number {
  const depths = (selectionSet?.selections ?? []).map((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return 1 + depthOf(selection.selectionSet, fragments);
      case Kind.INLINE_FRAGMENT:
        return depthOf(selection.selectionSet, fragments);
      default:
        return depthOf(fragments.get(selection.name.value)?.selectionSet, fragments);
    }
  });
  return Math.max(0, ...depths);
}
