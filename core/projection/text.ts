/**
 * Text of so many characters: Unicode code points, so that an emoji counts as one. An unpaired surrogate is no character,
 * and would not survive: the tables store UTF-8, which cannot represent it. A regular expression, to be anchored at both
 * ends. The templates match the same pattern, because AppSync documents `$util.matches` and java.util.regex works on code
 * points; which methods of Java's String a template may call (`codePointCount`) is not documented.
 */
export const textPattern = (fewest: number, most: number): string => `\\P{Cs}{${fewest},${most}}`;

/** Whether a whole text is as the pattern says. */
export const matcher = (pattern: string): RegExp => new RegExp(`^${pattern}$`, "u");
