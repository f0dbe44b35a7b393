/** Publications of mutations: their results, reduced to the selection of the mutation's caller. */
import { type GraphQLResolveInfo, responsePathAsArray } from "graphql";
import { newMap } from "./java-values";

export interface Published {
  readonly mutation: string;
  /** Keyed by field name, whatever the caller's aliases. Fields that were not selected are missing. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Records the field of each response path while a mutation runs, to undo aliases afterwards. */
export class Publications {
  readonly #fields = new Map<string, { readonly type: string; readonly field: string }>();

  record(info: GraphQLResolveInfo): void {
    const place = { type: info.parentType.name, field: info.fieldName };
    this.#fields.set(responsePathAsArray(info.path).join("/"), place);
  }

  /** @param data the mutation's response; a field that failed is null and publishes nothing */
  of(data: unknown): readonly Published[] {
    return Object.entries(data ?? {}).flatMap(([key, value]) => {
      const place = this.#fields.get(key);
      return place === undefined || !isObject(value)
        ? []
        : [{ mutation: place.field, payload: this.#object(value, key) }];
    });
  }

  #value(value: unknown, path: string): unknown {
    if (Array.isArray(value)) {
      return value.map((item, index) => this.#value(item, `${path}/${index}`));
    }
    return isObject(value) ? this.#object(value, path) : value;
  }

  #object(value: object, path: string): Record<string, unknown> {
    const payload = newMap();
    for (const [key, member] of Object.entries(value)) {
      const place = this.#fields.get(`${path}/${key}`);
      // __typename is not a resolved field; the subscriber's own selection requests it again.
      if (place !== undefined) {
        payload[place.field] = this.#value(member, `${path}/${key}`);
        payload.__typename = place.type;
      }
    }
    return payload;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
