/** JSON as AppSync reads it from templates: a comma may follow the last member, as in its own console's templates. */
export function parseJsonLeniently(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const strict = withoutTrailingCommas(text);
    if (strict === text) {
      throw error;
    }
    return JSON.parse(strict);
  }
}

/** Strings are matched to be kept: they may contain what looks like a trailing comma. */
function withoutTrailingCommas(text: string): string {
  return text.replace(
    /("(?:[^"\\]|\\.)*")|(?<![[{,:]\s*),(?=\s*[}\]])/gs,
    (_, string?: string) => string ?? "",
  );
}
