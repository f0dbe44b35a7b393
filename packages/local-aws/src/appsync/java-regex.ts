/**
 * java.util.regex patterns as JavaScript's. Only what means the same in both is let through, `$`, `\A`, `\z`, `\s` and
 * `\S` are translated, and everything else is refused by JavaScript's own strict ("u") mode or here.
 */

export class RegexError extends Error {
  override readonly name = "RegexError";
}

/** Java's $ also matches before a line break at the very end: "EUR\n" is found by ^[A-Z]{3}$. */
const javaDollar = "(?=(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])?(?![\\s\\S]))";
/** Java's \s is ASCII only. */
const javaSpaces = " \\t\\n\\x0B\\f\\r";

/** Throws RegexError when the pattern is wrong, or means something else in JavaScript. */
export function javaRegex(pattern: string, flags = ""): RegExp {
  try {
    return new RegExp(translate(pattern), `u${flags}`);
  } catch (error) {
    if (error instanceof RegexError) {
      throw error;
    }
    throw new RegexError(
      `the regular expression ${pattern} is wrong, or uses what only java.util.regex has: ${String(error)}`,
    );
  }
}

/** String.matches and Pattern.matches: the pattern must match the whole string. */
export function matchesWhole(pattern: string, value: string): boolean {
  return javaRegex(`\\A(?:${pattern})\\z`).test(value);
}

/**
 * $util.matches. AWS's documentation says that it is "based on Pattern" and not whether the pattern has to match the
 * whole string or is searched for. So a result that hangs on it is refused, and the pattern has to say what it means.
 */
export function matchesUnambiguously(pattern: string, value: string): boolean {
  const found = javaRegex(pattern).test(value);
  if (found !== matchesWhole(pattern, value)) {
    throw new RegexError(
      `the regular expression ${pattern} matches only a part of the value (a line break at its end, perhaps), ` +
        "and AWS does not say whether that is enough: anchor it with ^ and \\z ($ lets a line break pass)",
    );
  }
  return found;
}

/** The replacement text of replaceAll: groups are $1 in both languages, the rest of JavaScript's $-forms are not Java's. */
export function javaReplacement(replacement: string): string {
  if (/\$(?!\d)|\\/.test(replacement)) {
    throw new RegexError(`the replacement ${replacement} uses $ or \\ for something else than $1`);
  }
  return replacement;
}

function translate(pattern: string): string {
  let translated = "";
  let inClass = false;
  for (const [token] of pattern.matchAll(/\\[pP]\{[^}]*\}|\\.|&&|./gsu)) {
    translated += inClass ? translateInClass(token, pattern) : translateOutside(token, pattern);
    if (token === "[" && !inClass) {
      inClass = true;
    } else if (token === "]") {
      inClass = false;
    }
  }
  return translated;
}

function translateOutside(token: string, pattern: string): string {
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
      return sameInBoth(token, pattern);
  }
}

function translateInClass(token: string, pattern: string): string {
  if (token === "[" || token === "&&") {
    throw new RegexError(`the regular expression ${pattern} nests or intersects classes`);
  }
  return token === "\\s" ? javaSpaces : sameInBoth(token, pattern);
}

/** Letters after a backslash that mean the same in both languages; \w, \d and \b are ASCII in both. */
const sharedEscapes = /^\\[dDwWbBtnrfxu0-9]$/;

function sameInBoth(token: string, pattern: string): string {
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
  // Java lets any other character be escaped; JavaScript's strict mode only those that need it.
  return /^\\[^A-Za-z0-9^$\\.*+?()[\]{}|/-]$/u.test(token) ? token.slice(1) : token;
}
