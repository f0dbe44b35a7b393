/** What #foreach goes through, and what $foreach says about it. */
import { entriesOf, isList, isMap, type JavaMap, membersOf, View } from "./java-values";
import { EvaluationError } from "./vtl-variables";

export type Collection = unknown[] | JavaMap | View;

/** $foreach */
export class LoopState {
  index = -1;

  constructor(
    readonly length: number,
    readonly parent: LoopState | undefined,
  ) {}

  member(name: string): unknown {
    switch (name) {
      case "index":
        return this.index;
      case "count":
        return this.index + 1;
      case "first":
        return this.index === 0;
      case "last":
        return this.index === this.length - 1;
      case "hasNext":
        return this.index < this.length - 1;
      case "parent":
        return this.parent ?? null;
      default:
        throw new EvaluationError(`$foreach.${name} is not known here`);
    }
  }
}

export function isCollection(value: unknown): value is Collection {
  return isList(value) || isMap(value) || value instanceof View;
}

/** Of a map, Velocity takes the values. */
export function itemsOf(collection: Collection): readonly unknown[] {
  return isList(collection) || collection instanceof View
    ? [...membersOf(collection)]
    : entriesOf(collection).map(([, value]) => value);
}

/** Returns a check that fails like Java's iterators, once a collection has changed while a loop goes through it. */
export function watch(collection: Collection, items: readonly unknown[]): () => void {
  const size = () =>
    isMap(collection) ? Object.keys(collection).length : itemsOf(collection).length;
  return () => {
    const changed =
      size() !== items.length ||
      (isList(collection) && collection.some((item, index) => item !== items[index]));
    if (changed) {
      throw new EvaluationError("#foreach goes through a collection that changes meanwhile");
    }
  };
}
