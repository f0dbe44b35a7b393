/** Documents: parsed once for repeated requests, and bounded so that no walk through one overflows the stack. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  TokenKind,
  visit,
} from "graphql";
import { malformedRequest, RequestError } from "./errors";

/** AppSync's quota for one query. */
const maxQueryTokens = 15_000;
/** Of braces, brackets and parentheses. AppSync's own limit is not known. */
const maxNesting = 200;
const maxCached = 100;
const maxCachedLength = 10_000;

export interface OperationRequest {
  readonly query: string;
  /** As parseJsonExactly reads them. */
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

export interface Selected {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** Parses the document and selects the operation to run. Throws RequestError. */
export function selectOperation(request: OperationRequest): Selected {
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

/** Without a prototype: a fragment may have any name. */
export function fragmentsOf(
  document: DocumentNode,
): Readonly<Record<string, FragmentDefinitionNode>> {
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments[definition.name.value] = definition;
    }
  }
  return fragments;
}

const cached = new Map<string, DocumentNode>();

function parseDocument(query: string): DocumentNode {
  const known = cached.get(query);
  if (known !== undefined) {
    return known;
  }
  const document = parseNew(query);
  if (query.length <= maxCachedLength) {
    const [oldest] = cached.size < maxCached ? [] : cached.keys();
    cached.delete(oldest ?? "");
    cached.set(query, document);
  }
  return document;
}

function parseNew(query: string): DocumentNode {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: maxQueryTokens });
  } catch {
    throw malformedRequest("Unable to parse GraphQL query.");
  }
  if (nestingOf(document) > maxNesting) {
    throw malformedRequest(
      `Unable to parse GraphQL query: it is nested deeper than ${maxNesting} levels.`,
    );
  }
  rejectVariableDirectives(document);
  return document;
}

function nestingOf({ loc }: DocumentNode): number {
  const [opening, closing]: readonly TokenKind[][] = [
    [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L],
    [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R],
  ];
  let depth = 0;
  let deepest = 0;
  for (let token = loc?.startToken; token; token = token.next ?? undefined) {
    depth += Number(opening?.includes(token.kind)) - Number(closing?.includes(token.kind));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** AppSync's grammar has none. */
function rejectVariableDirectives(document: DocumentNode): void {
  visit(document, {
    VariableDefinition({ directives = [] }) {
      if (directives.length > 0) {
        throw malformedRequest("Unable to parse GraphQL query.");
      }
    },
  });
}
