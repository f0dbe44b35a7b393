/** The client's selection below a field, in AppSync's formats. */
import {
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  Kind,
  print,
  type SelectionSetNode,
} from "graphql";

type Info = Pick<GraphQLResolveInfo, "fieldNodes" | "fragments">;

/** Paths of the selected fields, such as "items" and "items/id"; aliased fields by their alias, as in AppSync. */
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

/** The text of the first node's selection set; further nodes of the same field are ignored. */
export function selectionSetGraphQL(info: Info): string {
  const selectionSet = info.fieldNodes[0]?.selectionSet;
  return selectionSet === undefined ? "" : print(selectionSet);
}

/** Reduces an error's data to the client's selection, as AppSync does. */
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
