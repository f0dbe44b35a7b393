/** Returns whether a record is sent to the function. */
export type Filter = (record: unknown) => boolean;

type Matcher = (value: unknown) => boolean;

/**
 * Parses the patterns of a mapping's filter criteria; a record passes if it matches any of them. Of EventBridge's
 * patterns only exact values are supported, at any depth. Others are rejected, because a filter that ignored them would
 * pass or drop other records than AWS.
 */
export function parseFilter(patterns: readonly string[]): Filter {
  if (patterns.length > 5) {
    throw new Error(`filterCriteria: at most 5 filters, found ${patterns.length}`);
  }
  const matchers = patterns.map((pattern) => parsePattern(JSON.parse(pattern), pattern));
  return (record) => matchers.length === 0 || matchers.some((matches) => matches(record));
}

function parsePattern(pattern: unknown, text: string): Matcher {
  if (typeof pattern !== "object" || pattern === null || Array.isArray(pattern)) {
    throw new Error(`filterCriteria: the pattern ${text} must be an object`);
  }
  const fields = Object.entries(pattern).map(([key, content]) => {
    if (key.startsWith("$")) {
      throw new Error(`filterCriteria: "${key}" in ${text} is not supported locally`);
    }
    const matches = Array.isArray(content) ? oneOf(content, text) : parsePattern(content, text);
    return [key, matches] as const;
  });
  return (value) =>
    typeof value === "object" &&
    value !== null &&
    fields.every(([key, matches]) => matches((value as Record<string, unknown>)[key]));
}

function oneOf(values: readonly unknown[], text: string): Matcher {
  const unsupported = values.find((value) => typeof value === "object" && value !== null);
  if (unsupported !== undefined) {
    throw new Error(
      `filterCriteria: ${JSON.stringify(unsupported)} in ${text} is not supported locally, only exact values are`,
    );
  }
  return (value) => values.includes(value);
}
