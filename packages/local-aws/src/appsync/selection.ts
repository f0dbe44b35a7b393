/** What a client selects below a field. */
import {
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  Kind,
  print,
  type SelectionSetNode,
} from "graphql";

type Info = Pick<GraphQLResolveInfo, "fieldNodes" | "fragments">;

/** Paths of the selected fields, such as "items" and "items/id"; an aliased field goes by its alias, as in AppSync. */
export function selectionSetList(info: Info): string[] {
  const paths = new Set<string>();
  for (const { selectionSet } of info.fieldNodes) {
    addPaths(selectionSet, info.fragments, "", paths);
  }
  return [...paths];
}

function addPaths(
  selectionSet: SelectionSetNode | undefined,
  fragments: Info["fragments"],
  prefix: string,
  paths: Set<string>,
): void {
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      const path = prefix + (selection.alias ?? selection.name).value;
      paths.add(path);
      addPaths(selection.selectionSet, fragments, `${path}/`, paths);
    } else {
      const { selectionSet: inner } =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : (fragments[selection.name.value] as FragmentDefinitionNode);
      addPaths(inner, fragments, prefix, paths);
    }
  }
}

/** The selection set as text, without those of further nodes of the same field. */
export function selectionSetGraphQL(info: Info): string {
  const selectionSet = info.fieldNodes[0]?.selectionSet;
  return selectionSet === undefined ? "" : print(selectionSet);
}

/** An error's data, of which AppSync passes on only what the client selects. */
export function filterBySelection(data: unknown, info: Info): unknown {
  return filterByPaths(data, new Set(selectionSetList(info)), "");
}

function filterByPaths(data: unknown, paths: ReadonlySet<string>, prefix: string): unknown {
  if (Array.isArray(data)) {
    return data.map((item) => filterByPaths(item, paths, prefix));
  }
  if (typeof data !== "object" || data === null) {
    return data;
  }
  const selected = Object.entries(data).filter(([key]) => paths.has(prefix + key));
  return Object.fromEntries(
    selected.map(([key, value]) => [key, filterByPaths(value, paths, `${prefix}${key}/`)]),
  );
}
