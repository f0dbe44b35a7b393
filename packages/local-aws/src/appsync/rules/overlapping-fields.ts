/** Fields of one name in the response must be the same field, or never meet. */
import {
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  print,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";
import { malformedRequest } from "../errors";
import { pathTo, type Rule, report } from "./rule";

/** Comparing is quadratic at worst; no document of a real client comes near this. */
const maxSteps = 200_000;

type ParentType = GraphQLType | null | undefined;

interface Selected {
  readonly node: FieldNode;
  readonly type: GraphQLOutputType | undefined;
  readonly parent: ParentType;
}

interface Conflict {
  readonly reason: string;
  readonly nodes: readonly FieldNode[];
}

export const overlappingFieldsCanBeMerged: Rule = (context) => {
  const comparison = new Comparison(context);
  return {
    SelectionSet: {
      leave(node, _key, parent, _path, ancestors) {
        const found = comparison.conflictsIn([[node, context.getType()]]);
        for (const { reason, nodes } of found) {
          report(context, "FieldsConflict", reason, nodes, pathTo(node, [...ancestors, parent]));
        }
      },
    },
  };
};

class Comparison {
  /** graphql-java compares two fields once, even if they meet in several places. */
  readonly #compared = new Map<FieldNode, Set<FieldNode>>();
  #steps = 0;
  readonly #context: ValidationContext;

  constructor(context: ValidationContext) {
    this.#context = context;
  }

  conflictsIn(sets: readonly (readonly [SelectionSetNode, ParentType])[]): readonly Conflict[] {
    const conflicts: Conflict[] = [];
    for (const [name, fields] of this.#collect(sets)) {
      for (const [a, b] of pairsOf(fields)) {
        this.#step();
        const conflict = this.#isNew(a.node, b.node) ? this.#compare(name, a, b) : undefined;
        if (conflict !== undefined) {
          conflicts.push(conflict);
        }
      }
    }
    return conflicts;
  }

  #step(): void {
    this.#steps += 1;
    if (this.#steps > maxSteps) {
      throw malformedRequest("The document has too many fields of one name to compare them.");
    }
  }

  #isNew(a: FieldNode, b: FieldNode): boolean {
    if (this.#compared.get(a)?.has(b) || this.#compared.get(b)?.has(a)) {
      return false;
    }
    const others = this.#compared.get(a) ?? new Set();
    this.#compared.set(a, others.add(b));
    return true;
  }

  #compare(name: string, a: Selected, b: Selected): Conflict | undefined {
    const conflict = (reason: string, more: readonly FieldNode[] = []): Conflict => ({
      reason: `${name}: ${reason}`,
      nodes: [a.node, b.node, ...more],
    });
    const shapes = differentShapes(a.type, b.type);
    if (shapes !== undefined) {
      return conflict(`fields have different ${shapes} shapes`);
    }
    const typeA = getNamedType(a.type);
    const typeB = getNamedType(b.type);
    const differ = typeA !== undefined && typeB !== undefined && typeA !== typeB;
    const differing = () => conflict(`they return differing types ${typeA} and ${typeB}`);
    if (differ && (isLeafType(typeA) || isLeafType(typeB))) {
      return differing();
    }
    if (isObjectType(a.parent) && isObjectType(b.parent) && a.parent !== b.parent) {
      // An object is never of both types.
      return undefined;
    }
    const [fieldA, fieldB] = [a.node.name.value, b.node.name.value];
    if (fieldA !== fieldB) {
      return conflict(`${fieldA} and ${fieldB} are different fields`);
    }
    if (differ) {
      return differing();
    }
    if (argumentsText(a.node) !== argumentsText(b.node)) {
      return conflict("they have differing arguments");
    }
    if (a.node.selectionSet === undefined || b.node.selectionSet === undefined) {
      return undefined;
    }
    const below = this.conflictsIn([
      [a.node.selectionSet, typeA],
      [b.node.selectionSet, typeB],
    ]);
    return below.length === 0
      ? undefined
      : conflict(
          `(${below.map(({ reason }) => reason).join(", ")})`,
          below.flatMap(({ nodes }) => nodes),
        );
  }

  /** By name in the response. */
  #collect(
    sets: readonly (readonly [SelectionSetNode, ParentType])[],
  ): ReadonlyMap<string, readonly Selected[]> {
    const collected = new Map<string, Selected[]>();
    const visited = new Set<string>();
    const collect = ({ selections }: SelectionSetNode, parent: ParentType): void => {
      for (const selection of selections) {
        this.#step();
        if (selection.kind === Kind.FIELD) {
          const name = (selection.alias ?? selection.name).value;
          const fields = collected.get(name) ?? [];
          fields.push(select(selection, parent));
          collected.set(name, fields);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          collect(
            selection.selectionSet,
            this.#typeNamed(selection.typeCondition?.name.value, parent),
          );
        } else if (!visited.has(selection.name.value)) {
          visited.add(selection.name.value);
          const fragment = this.#context.getFragment(selection.name.value);
          if (fragment) {
            collect(
              fragment.selectionSet,
              this.#typeNamed(fragment.typeCondition.name.value, undefined),
            );
          }
        }
      }
    };
    for (const [selectionSet, parent] of sets) {
      collect(selectionSet, parent);
    }
    return collected;
  }

  #typeNamed(name: string | undefined, otherwise: ParentType): ParentType {
    return name === undefined ? otherwise : this.#context.getSchema().getType(name);
  }
}

function* pairsOf(fields: readonly Selected[]): Generator<readonly [Selected, Selected]> {
  for (const [index, a] of fields.entries()) {
    for (let other = index + 1; other < fields.length; other += 1) {
      yield [a, fields[other] as Selected];
    }
  }
}

function select(node: FieldNode, parentType: ParentType): Selected {
  const parent = parentType ? getNamedType(parentType) : undefined;
  const fields = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields() : {};
  const name = node.name.value;
  return { node, type: Object.hasOwn(fields, name) ? fields[name]?.type : undefined, parent };
}

function differentShapes(
  a: GraphQLOutputType | undefined,
  b: GraphQLOutputType | undefined,
): "nullability" | "list" | undefined {
  if (isNonNullType(a) !== isNonNullType(b)) {
    return "nullability";
  }
  if (isNonNullType(a) && isNonNullType(b)) {
    return differentShapes(a.ofType, b.ofType);
  }
  if (isListType(a) !== isListType(b)) {
    return "list";
  }
  return isListType(a) && isListType(b) ? differentShapes(a.ofType, b.ofType) : undefined;
}

/** Independent of the arguments' order. */
function argumentsText({ arguments: nodes = [] }: FieldNode): string {
  return nodes.map(print).sort().join();
}
