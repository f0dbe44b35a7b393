import type { Registration } from "./engine";

/**
 * Whether one resource waits for another, through any number of others. The engine makes and updates resources in this
 * order, and deletes them in the opposite one; what has no order, it changes at once.
 */
export function orderOf(registrations: readonly Registration[]) {
  const dependencies = new Map(registrations.map((one) => [one.name, one.dependencies]));
  const all = new Map<string, ReadonlySet<string>>();
  const closure = (name: string): ReadonlySet<string> => {
    const found = all.get(name);
    if (found !== undefined) return found;
    const direct = dependencies.get(name) ?? [];
    const reached = new Set(direct.flatMap((other) => [other, ...closure(other)]));
    all.set(name, reached);
    return reached;
  };
  return { waitsFor: (name: string, other: string): boolean => closure(name).has(other) };
}
