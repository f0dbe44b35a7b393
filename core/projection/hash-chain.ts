// The hash chain over a stream: changing, adding or removing an event changes every hash after it.

/** SHA-256 of a text's UTF-8 bytes, in lower-case hex. */
export type Digest = (text: string) => string;

/** The hash before the first event. */
export const genesis = "";

/** JSON with every object's keys in code unit order, so that equal values have equal text. */
export const canonicalForm = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalForm).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalForm(member)}`);
    return `{${members.join(",")}}`;
  }
  // A number beyond 2^53 arrives as a bigint, which JSON.stringify rejects.
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
};

/** The hash of a stream that ends with `stored`, from the hash of the stream before it. */
export const link =
  (digest: Digest) =>
  (previous: string, stored: unknown): string =>
    digest(`${previous}\n${canonicalForm(stored)}`);
