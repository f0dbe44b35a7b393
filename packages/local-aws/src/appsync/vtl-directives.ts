/** The names of directives. */

/** Velocity's directives and AppSync's #return: the names that a backslash escapes. */
export const directives = [
  ...["foreach", "include", "parse", "macro", "literal", "evaluate", "break", "define", "stop"],
  "return",
];
const blockWords = ["if", "end", "set", "else", "elseif"];

/** A $ before the # makes no directive of the word. */
export function directiveName(image: string): string {
  return image.slice(1).replace(/^\{(.*)\}$/, "$1");
}

export function escapedDirective(image: string): string {
  const last = image.lastIndexOf("\\");
  const directive = image.slice(last + 1);
  const name = directiveName(directive);
  const known = directives.includes(name) || blockWords.includes(name);
  return known ? image.slice(0, last >> 1) + directive : image;
}
