// The hash chain over a stream: changing, adding or removing an event changes every hash after it.

/** SHA-256 of a text's UTF-8 bytes, in lower-case hex. */
export type Digest = (text: string) => string;

/** The hash before the first event. */
export const genesis = "";

const hex = (bytes: ArrayBufferView): string =>
  Array.from(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

/** An adapter reads a number that JavaScript has no number for as an instance of a class, whose text is its digits. */
const isNumberOfItsOwnClass = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    typeof prototype === "object" &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) !== null &&
    Object.hasOwn(prototype, "constructor") &&
    typeof prototype.constructor === "function"
  );
};

const objectForm = (value: object): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalForm).join(",")}]`;
  // JSON has neither sets nor bytes. What stands before the bracket or the quote keeps them apart from lists and texts.
  if (value instanceof Set) return `set[${[...value].map(canonicalForm).sort().join(",")}]`;
  if (ArrayBuffer.isView(value)) return `bytes"${hex(value)}"`;
  if (isNumberOfItsOwnClass(value)) return String(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalForm(member)}`);
  return `{${members.join(",")}}`;
};

/**
 * JSON with every object's keys in code unit order, and with a set's elements in the order of their texts: equal values
 * have equal text, and values that differ have texts that differ.
 */
export const canonicalForm = (value: unknown): string => {
  if (typeof value === "object" && value !== null) return objectForm(value);
  // A number beyond 2^53 arrives as a bigint, which JSON does not know.
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
};

/** The hash of a stream that ends with `stored`, from the hash of the stream before it. */
export const link =
  (digest: Digest) =>
  (previous: string, stored: unknown): string =>
    digest(`${previous}\n${canonicalForm(stored)}`);
