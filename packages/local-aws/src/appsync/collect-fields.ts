/** Which fields of a selection apply to an object, merged by their names in the response. */
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type NamedTypeNode,
  type SelectionSetNode,
} from "graphql";
import { coerceArguments, type Variables } from "./input-values";

export interface Selections {
  readonly schema: GraphQLSchema;
  /** Without a prototype: a fragment may have any name. */
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variables: Variables;
}

export type MergedFields = ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]>;

/** Expects a valid document. Takes each fragment once, so that nested ones cost no more than they are long. */
export function collectFields(
  selections: Selections,
  type: GraphQLObjectType,
  selectionSets: readonly (SelectionSetNode | undefined)[],
): MergedFields {
  const { schema, fragments, variables } = selections;
  const merged = new Map<string, [FieldNode, ...FieldNode[]]>();
  const visited = new Set<string>();
  const collect = (selectionSet: SelectionSetNode | undefined): void => {
    for (const selection of selectionSet?.selections ?? []) {
      if (!isIncluded(selection.directives, variables)) {
        continue;
      }
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const nodes = merged.get(key);
        nodes === undefined ? merged.set(key, [selection]) : nodes.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(schema, selection.typeCondition, type)) {
          collect(selection.selectionSet);
        }
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment !== undefined && applies(schema, fragment.typeCondition, type)) {
          collect(fragment.selectionSet);
        }
      }
    }
  };
  selectionSets.forEach(collect);
  return merged;
}

function isIncluded(
  directives: readonly DirectiveNode[] | undefined,
  variables: Variables,
): boolean {
  const condition = ({ name, args }: typeof GraphQLSkipDirective) => {
    const node = directives?.find((directive) => directive.name.value === name);
    return node && coerceArguments(args, node.arguments ?? [], variables).if === true;
  };
  return !condition(GraphQLSkipDirective) && condition(GraphQLIncludeDirective) !== false;
}

function applies(
  schema: GraphQLSchema,
  condition: NamedTypeNode | undefined,
  type: GraphQLObjectType,
): boolean {
  const conditionType = condition && schema.getType(condition.name.value);
  return (
    conditionType === undefined ||
    conditionType === type ||
    (isAbstractType(conditionType) && schema.isSubType(conditionType, type))
  );
}
