import { Kind, type OperationDefinitionNode, type SelectionSetNode } from "graphql";
import type { fragmentsOf } from "./document";

/** How many fields a selection nests. Expects a valid document; measures each fragment once. */
export function depthOf(
  operation: OperationDefinitionNode,
  fragments: ReturnType<typeof fragmentsOf>,
): number {
  const known = new Map<string, number>();
  const measureFragment = (name: string): number => {
    const depth = known.get(name) ?? measure(fragments[name]?.selectionSet);
    known.set(name, depth);
    return depth;
  };
  const measure = (selectionSet: SelectionSetNode | undefined): number => {
    const depths = (selectionSet?.selections ?? []).map((selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return 1 + measure(selection.selectionSet);
        case Kind.INLINE_FRAGMENT:
          return measure(selection.selectionSet);
        default:
          return measureFragment(selection.name.value);
      }
    });
    return depths.reduce((a, b) => Math.max(a, b), 0);
  };
  return measure(operation.selectionSet);
}
