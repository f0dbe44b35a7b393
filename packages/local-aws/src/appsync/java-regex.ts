/**
 * Translates java.util.regex patterns into JavaScript's. Constructs with the same meaning in both pass unchanged; `$`,
 * `\A`, `\z`, `\s` and `\S` are translated; everything else is rejected, by JavaScript's strict ("u") mode or here.
 */

export class RegexError extends Error {
  override readonly name = "RegexError";
}

/** Java's $ also matches before a final line break: ^[A-Z]{3}$ finds "EUR\n". */
const javaDollar = "(?=(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])?(?![\\s\\S]))";
/** Java's \s is ASCII only. */
const javaSpaces = " \\t\\n\\x0B\\f\\r";

/** Throws RegexError if the pattern is invalid or has a different meaning in JavaScript. */
export function javaRegex(pattern: string, flags = ""): RegExp {
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

/** The replacement text of replaceAll: groups are $1 in both languages, JavaScript's other $-forms are not Java's. */
export function javaReplacement(replacement: string): string {
  if (/\$(?!\d)|\\/.test(replacement)) {
    throw new RegexError(
      `the replacement ${replacement} uses $ or \\ for more than groups such as $1`,
    );
  }
  return replacement;
}

function translate(pattern: string): string {
  let translated = "";
  let inClass = false;
  for (const [token] of pattern.matchAll(/\\[pP]\{[^}]*\}|\\.|&&|./gsu)) {
    translated += inClass
      ? translateInClass(token, pattern)
      : translateOutsideClass(token, pattern);
    if (token === "[" && !inClass) {
      inClass = true;
    } else if (token === "]") {
      inClass = false;
    }
  }
  return translated;
}

function translateOutsideClass(token: string, pattern: string): string {
  switch (token) {
    case "$":
      return javaDollar;
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

/** Escapes with the same meaning in both languages; \w, \d and \b are ASCII in both. */
const sharedEscapes = /^\\[dDwWbBtnrfxu0-9]$/;

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
