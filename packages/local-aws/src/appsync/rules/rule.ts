/** What graphql-java's validation rules have in common, as rules of graphql-js. */
import {
  type ASTNode,
  type ASTVisitor,
  GraphQLError,
  type GraphQLType,
  isListType,
  isNonNullType,
  Kind,
  type ValidationContext,
} from "graphql";

export type Rule = (context: ValidationContext) => ASTVisitor;

/** As graphql-js hands them to visitors: they end before the node's parent, which is a list of nodes more often than not. */
export type Ancestors = readonly (ASTNode | readonly ASTNode[] | undefined)[];

/**
 * Reports in AppSync's words.
 * @param type graphql-java's name for the kind of mistake
 * @param path the names of the fields and fragments around the mistake
 */
export function report(
  context: ValidationContext,
  type: string,
  description: string,
  nodes: readonly ASTNode[],
  path: readonly string[] = [],
): void {
  const where = path.length === 0 ? "" : ` @ '${path.join("/")}'`;
  const message = `Validation error of type ${type}: ${description}${where}`;
  context.reportError(new GraphQLError(message, { nodes }));
}

/** The names of the fields and fragments that a node is in, itself included. */
export function pathTo(node: ASTNode, ancestors: Ancestors): string[] {
  return [...ancestors, node].flatMap((each) =>
    each !== undefined &&
    "kind" in each &&
    (each.kind === Kind.FIELD || each.kind === Kind.FRAGMENT_DEFINITION)
      ? [each.name.value]
      : [],
  );
}

/** graphql-java has no name for a list or a non-null type. */
export function javaName(type: GraphQLType): string {
  return isListType(type) || isNonNullType(type) ? "null" : type.name;
}
