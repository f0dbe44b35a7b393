/**
 * Translates java.util.regex patterns into JavaScript's. Constructs with the same meaning in both pass unchanged; `$`,
 * `\A`, `\z`, `\s` and `\S` are translated; everything else is rejected, by JavaScript's strict ("u") mode or here.
 */

export class RegexError extends Error {
  override readonly name = "RegexError";
}

/** Java's $ also matches before a final line break: ^[A-Z]{3}$ finds "EUR\n". It does not part \r\n. */
const javaDollar = "(?!(?<=\\r)\\n)(?=(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])?(?![\\s\\S]))";
/** Java's . stops at one line break more than JavaScript's, U+0085. */
const javaDot = "[^\\n\\r\\u0085\\u2028\\u2029]";
/** Java's \s is ASCII only. */
const javaSpaces = " \\t\\n\\x0B\\f\\r";

/** Throws RegexError if the pattern is invalid or has a different meaning in JavaScript. */
export function javaRegex(pattern: string, flags = ""): RegExp {
  // Lookbehinds are limited in Java, and named groups are for the replacements that are rejected here.
  if (pattern.includes("(?<")) {
    throw new RegexError(`(?< in the regular expression ${pattern} is not supported here`);
  }
  try {
    return new RegExp(translate(pattern), `u${flags}`);
  } catch (error) {
    if (error instanceof RegexError) {
      throw error;
    }
    throw new RegexError(
      `the regular expression ${pattern} is invalid, or uses a construct of java.util.regex only: ${String(error)}`,
    );
  }
}

/** String.matches and Pattern.matches: the pattern must match the whole string. */
export function matchesWhole(pattern: string, value: string): boolean {
  // It has to be a pattern of its own: what is around it could complete it.
  javaRegex(pattern);
  return javaRegex(`\\A(?:${pattern})\\z`).test(value);
}

/**
 * $util.matches. AWS's documentation says that it is "based on Pattern", but not whether the pattern must match the
 * whole string or only a part. A result that depends on this is an error: the pattern has to be explicit.
 */
export function matchesUnambiguously(pattern: string, value: string): boolean {
  const found = javaRegex(pattern).test(value);
  if (found !== matchesWhole(pattern, value)) {
    throw new RegexError(
      `the regular expression ${pattern} matches only a part of the value (a line break at its end, perhaps), ` +
        "and AWS does not document whether that is a match: anchor it with ^ and \\z ($ permits a final line break)",
    );
  }
  return found;
}

/** String.replaceAll and String.replaceFirst */
export function replaceMatches(
  value: string,
  pattern: string,
  replacement: string,
  which: "first" | "all",
): string {
  const regex = javaRegex(pattern, which === "all" ? "g" : "");
  const found = [...value.matchAll(javaRegex(pattern, "g"))];
  rejectEmptyMatches(found, value);
  return value.replace(regex, (...args) => {
    const groups = args.slice(
      0,
      args.findIndex((arg) => typeof arg === "number"),
    );
    return replacementOf(replacement, groups as (string | undefined)[]);
  });
}

/** Matcher.appendReplacement: $1 is a group, and a backslash takes the next character as it is. */
function replacementOf(replacement: string, groups: readonly (string | undefined)[]): string {
  return replacement.replace(
    /\\([\s\S])|\$(\d+)|[\\$]/g,
    (found, escaped?: string, digits?: string) => {
      if (escaped !== undefined) {
        return escaped;
      }
      if (digits === undefined) {
        throw new RegexError(
          `the replacement ${replacement} has a ${found} that stands for nothing`,
        );
      }
      // Java takes as many digits as make the number of a group that exists.
      let length = digits.length;
      while (length > 1 && Number(digits.slice(0, length)) >= groups.length) {
        length -= 1;
      }
      const group = Number(digits.slice(0, length));
      if (group >= groups.length) {
        throw new RegexError(
          `the replacement ${replacement} names the group ${group}: there is none`,
        );
      }
      return (groups[group] ?? "") + digits.slice(length);
    },
  );
}

/** String.split: without the groups, and without empty strings at the end. */
export function splitAround(value: string, pattern: string): string[] {
  const parts: string[] = [];
  let end = 0;
  const found = [...value.matchAll(javaRegex(pattern, "g"))];
  rejectEmptyMatches(found, value);
  for (const match of found) {
    const isEmptyStart = match.index === 0 && match[0] === "";
    if (!isEmptyStart) {
      parts.push(value.slice(end, match.index));
      end = match.index + match[0].length;
    }
  }
  if (parts.length === 0) {
    return [value];
  }
  parts.push(value.slice(end));
  while (parts.at(-1) === "") {
    parts.pop();
  }
  return parts;
}

/** Java also finds nothing in the middle of a character of two units. */
function rejectEmptyMatches(found: readonly RegExpMatchArray[], value: string): void {
  if (found.some(([text]) => text === "") && /[\ud800-\udfff]/.test(value)) {
    throw new RegexError("the regular expression matches nothing in a text beyond U+FFFF");
  }
}

function translate(pattern: string): string {
  let translated = "";
  // The tokens of the class that is open.
  let members: string[] | undefined;
  for (const [token] of pattern.matchAll(/\\[pP]\{[^}]*\}|\\.|&&|./gsu)) {
    translated +=
      members === undefined
        ? translateOutsideClass(token, pattern)
        : translateInClass(token, pattern);
    if (members === undefined) {
      members = token === "[" ? [] : undefined;
    } else if (token !== "]") {
      members.push(token);
    } else if (/^\^?$/.test(members.join(""))) {
      throw new RegexError(`the regular expression ${pattern} has a class that begins with ]`);
    } else {
      members = undefined;
    }
  }
  return translated;
}

function translateOutsideClass(token: string, pattern: string): string {
  switch (token) {
    case "$":
      return javaDollar;
    case ".":
      return javaDot;
    case "\\A":
      return "^";
    case "\\z":
      return "$";
    case "\\s":
      return `[${javaSpaces}]`;
    case "\\S":
      return `[^${javaSpaces}]`;
    default:
      return passThrough(token, pattern);
  }
}

function translateInClass(token: string, pattern: string): string {
  if (token === "[" || token === "&&") {
    throw new RegexError(`the regular expression ${pattern} nests or intersects classes`);
  }
  return token === "\\s" ? javaSpaces : passThrough(token, pattern);
}

/**
 * Escapes with the same meaning in both languages. \b is not among them, because Java's versions differ, nor is \1, which
 * in Java does not match where its group has not.
 */
const sharedEscapes = /^\\[dDwWtnrfxu]$/;

function passThrough(token: string, pattern: string): string {
  if (/^\\[pP]\{/.test(token)) {
    // General categories only: \p{Alpha} and the like are ASCII in Java and Unicode in JavaScript.
    if (/\{[LMNPSZC][a-z]?\}$/.test(token)) {
      return token;
    }
    throw new RegexError(`${token} in the regular expression ${pattern} is not supported here`);
  }
  if (/^\\[A-Za-z0-9]$/.test(token) && !sharedEscapes.test(token)) {
    throw new RegexError(`${token} in the regular expression ${pattern} is not supported here`);
  }
  // Java permits an escape of any other character, JavaScript's strict mode only where it is needed.
  return /^\\[^A-Za-z0-9^$\\.*+?()[\]{}|/-]$/u.test(token) ? token.slice(1) : token;
}
