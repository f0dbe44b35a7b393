/** Strict reader of the JSON document that a request template renders: an element that is never read is an error. */
import { type Item, readItem } from "./dynamodb-values";
import { mappingTemplateError } from "./errors";

/** The messages are AppSync's own, with the element's path such as `$[operation]`. */
export class RequestDocument {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();
  readonly #path: string;

  constructor(value: unknown, path = "$") {
    this.#path = path;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw mappingTemplateError(`Expected JSON object for value '${path}'.`);
    }
    this.#members = value as Record<string, unknown>;
  }

  /** Call after the last read. Throws if an element was not read. */
  end(): void {
    const unread = this.keys().find((key) => !this.#read.has(key));
    if (unread !== undefined) {
      throw mappingTemplateError(`Unsupported element '${this.#at(unread)}'.`);
    }
  }

  keys(): readonly string[] {
    return Object.keys(this.#members);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#members, key);
  }

  /** Any value, null among them, or undefined if the element is missing. */
  any(key: string): unknown {
    this.#read.add(key);
    return this.has(key) ? this.#members[key] : undefined;
  }

  string(key: string): string {
    return this.#required(key, this.optionalString(key));
  }

  optionalString(key: string): string | undefined {
    return this.#typed(key, "string", (value) => typeof value === "string");
  }

  optionalBoolean(key: string): boolean | undefined {
    return this.#typed(key, "boolean", (value) => typeof value === "boolean");
  }

  optionalInteger(key: string): number | undefined {
    return this.#typed(key, "integer", Number.isInteger);
  }

  optionalStrings(key: string): string[] | undefined {
    return this.#typed(key, "list of strings", isStrings);
  }

  optionalList(key: string): unknown[] | undefined {
    return this.#typed(key, "list", Array.isArray);
  }

  optionalObject(key: string): RequestDocument | undefined {
    const value = this.#given(key);
    return value === undefined ? undefined : new RequestDocument(value, this.#at(key));
  }

  object(key: string): RequestDocument {
    return this.#required(key, this.optionalObject(key));
  }

  /** A map of attribute names to typed values. */
  item(key: string): Item {
    return this.#required(key, this.optionalItem(key));
  }

  optionalItem(key: string): Item | undefined {
    const value = this.#given(key);
    return value === undefined ? undefined : readItem(value, this.#at(key));
  }

  /** Null is as good as left out: templates pass on arguments that the client has left out. */
  #given(key: string): unknown {
    return this.any(key) ?? undefined;
  }

  #typed<T>(key: string, type: string, fits: (value: unknown) => boolean): T | undefined {
    const value = this.#given(key);
    if (value !== undefined && !fits(value)) {
      throw mappingTemplateError(`Expected a ${type} for value '${this.#at(key)}'.`);
    }
    return value as T | undefined;
  }

  #required<T>(key: string, value: T | undefined): T {
    if (value === undefined) {
      throw mappingTemplateError(`Value for field '${this.#at(key)}' not found.`);
    }
    return value;
  }

  #at(key: string): string {
    return `${this.#path}[${key}]`;
  }
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((member) => typeof member === "string");
}
