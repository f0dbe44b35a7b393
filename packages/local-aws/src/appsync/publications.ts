/** What mutations publish: their results, restricted to what the mutation's caller selected. */
import { type GraphQLResolveInfo, responsePathAsArray } from "graphql";

export interface Published {
  readonly mutation: string;
  /** By the names of the fields, whatever aliases the caller chose. Fields that were not selected are missing. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Collects, while a mutation runs, which field each place in the response is, to undo aliases afterwards. */
export class Publications {
  readonly #fields = new Map<string, { readonly type: string; readonly field: string }>();

  record(info: GraphQLResolveInfo): void {
    const place = { type: info.parentType.name, field: info.fieldName };
    this.#fields.set(responsePathAsArray(info.path).join("/"), place);
  }

  /** @param data the mutation's response; a field that is null (it failed) publishes nothing */
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
    const payload: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      const place = this.#fields.get(`${path}/${key}`);
      // __typename is no resolved field; the subscriber's own selection asks for it again.
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
