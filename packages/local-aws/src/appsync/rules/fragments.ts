/** Rules about fragments. */
import {
  doTypesOverlap,
  type FragmentSpreadNode,
  type GraphQLNamedType,
  isCompositeType,
  type ValidationContext,
} from "graphql";
import { type Ancestors, pathTo, type Rule, report } from "./rule";

export const fragmentsOnCompositeType: Rule = (context) => {
  const isWrong = (name: string | undefined) => {
    const type = name === undefined ? undefined : context.getSchema().getType(name);
    return type !== undefined && !isCompositeType(type);
  };
  const wrong = "ragment type condition is invalid, must be on Object/Interface/Union";
  return {
    InlineFragment(node, _key, _parent, _path, ancestors) {
      if (isWrong(node.typeCondition?.name.value)) {
        const path = pathTo(node, ancestors);
        report(context, "InlineFragmentTypeConditionInvalid", `Inline f${wrong}`, [node], path);
      }
    },
    FragmentDefinition(node, _key, _parent, _path, ancestors) {
      if (isWrong(node.typeCondition.name.value)) {
        const path = pathTo(node, ancestors);
        report(context, "FragmentTypeConditionInvalid", `F${wrong}`, [node], path);
      }
    },
  };
};

export const knownFragmentNames: Rule = (context) => ({
  FragmentSpread(node, _key, _parent, _path, ancestors) {
    const name = node.name.value;
    if (!context.getFragment(name)) {
      const description = `Undefined fragment ${name}`;
      report(context, "UndefinedFragment", description, [node], pathTo(node, ancestors));
    }
  },
});

export const knownTypeNames: Rule = (context) => ({
  NamedType(node, _key, parent, _path, ancestors) {
    const name = node.name.value;
    if (!context.getSchema().getType(name)) {
      const path = pathTo(node, [...ancestors, parent]);
      report(context, "UnknownType", `Unknown type ${name}`, [node], path);
    }
  },
});

export const noFragmentCycles: Rule = (context) => ({
  FragmentDefinition(node, _key, _parent, _path, ancestors) {
    const cycle = findCycle(context, node.name.value);
    if (cycle !== undefined) {
      const path = pathTo(node, ancestors);
      report(context, "FragmentCycle", "Fragment cycles not allowed", cycle, path);
    }
  },
});

/** The spreads that lead from a fragment to the one that spreads it. */
function findCycle(
  context: ValidationContext,
  start: string,
): readonly FragmentSpreadNode[] | undefined {
  const visited = new Set<string>();
  const pending: { readonly name: string; readonly path: readonly FragmentSpreadNode[] }[] = [
    { name: start, path: [] },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { name, path } = next;
    const fragment = visited.has(name) ? undefined : context.getFragment(name);
    visited.add(name);
    for (const spread of fragment ? context.getFragmentSpreads(fragment.selectionSet) : []) {
      if (spread.name.value === start) {
        return path;
      }
      pending.push({ name: spread.name.value, path: [...path, spread] });
    }
  }
  return undefined;
}

export const noUnusedFragments: Rule = (context) => ({
  Document: {
    leave({ definitions }) {
      const used = new Set<string>();
      for (const definition of definitions) {
        if (definition.kind === "OperationDefinition") {
          for (const { name } of context.getRecursivelyReferencedFragments(definition)) {
            used.add(name.value);
          }
        }
      }
      for (const definition of definitions) {
        if (definition.kind === "FragmentDefinition" && !used.has(definition.name.value)) {
          const description = `Unused fragment ${definition.name.value}`;
          report(context, "UnusedFragment", description, [definition]);
        }
      }
    },
  },
});

export const possibleFragmentSpreads: Rule = (context) => {
  const check = (
    type: GraphQLNamedType | null | undefined,
    name: string,
    node: Parameters<typeof pathTo>[0],
    ancestors: Ancestors,
  ) => {
    const parent = context.getParentType();
    if (
      isCompositeType(type) &&
      isCompositeType(parent) &&
      !doTypesOverlap(context.getSchema(), type, parent)
    ) {
      const description = `Fragment ${name}cannot be spread here as objects of type ${parent} can never be of type ${type}`;
      report(context, "InvalidFragmentType", description, [node], pathTo(node, ancestors));
    }
  };
  return {
    InlineFragment(node, _key, _parent, _path, ancestors) {
      check(context.getType() as GraphQLNamedType, "", node, ancestors);
    },
    FragmentSpread(node, _key, _parent, _path, ancestors) {
      const fragment = context.getFragment(node.name.value);
      const type = fragment && context.getSchema().getType(fragment.typeCondition.name.value);
      check(type, `${node.name.value} `, node, ancestors);
    },
  };
};

export const uniqueFragmentNames: Rule = (context) => {
  const names = new Set<string>();
  return {
    FragmentDefinition(node, _key, _parent, _path, ancestors) {
      const name = node.name.value;
      if (names.has(name)) {
        const description = `There can be only one fragment named '${name}'`;
        report(context, "DuplicateFragmentName", description, [node], pathTo(node, ancestors));
      }
      names.add(name);
    },
  };
};
