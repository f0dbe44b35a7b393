/** The client's selection below a field, in AppSync's formats. */
import { type GraphQLResolveInfo, Kind, print, type SelectionSetNode } from "graphql";

type Info = Pick<GraphQLResolveInfo, "fieldNodes" | "fragments">;

/** Fragments that spread fragments can select more paths than fit into memory. */
const maxPaths = 10_000;

/** Paths of the selected fields, such as "items" and "items/id"; aliased fields by their alias, as in AppSync. */
export function selectionSetList(info: Info): string[] {
  const paths = new Set<string>();
  const visited = new Set<string>();
  const add = (selectionSet: SelectionSetNode | undefined, prefix: string): void => {
    for (const selection of selectionSet?.selections ?? []) {
      if (paths.size >= maxPaths) {
        return;
      }
      if (selection.kind === Kind.FIELD) {
        const path = prefix + (selection.alias ?? selection.name).value;
        paths.add(path);
        add(selection.selectionSet, `${path}/`);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        add(selection.selectionSet, prefix);
      } else {
        const spread = `${prefix} ${selection.name.value}`;
        if (!visited.has(spread)) {
          visited.add(spread);
          add(info.fragments[selection.name.value]?.selectionSet, prefix);
        }
      }
    }
  };
  for (const { selectionSet } of info.fieldNodes) {
    add(selectionSet, "");
  }
  return [...paths];
}

/** The text of the first node's selection set; further nodes of the same field are ignored. */
export function selectionSetGraphQL(info: Info): string {
  const selectionSet = info.fieldNodes[0]?.selectionSet;
  return selectionSet === undefined ? "" : print(selectionSet);
}

/** Reduces an error's data to the client's selection, as AppSync does. */
export function filterBySelection(data: unknown, info: Info): unknown {
  return typeof data === "object" && data !== null
    ? filterByPaths(data, new Set(selectionSetList(info)), "")
    : data;
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
