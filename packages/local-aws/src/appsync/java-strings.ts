/** How Java compares strings and reads numbers. */
import { JavaError } from "./vtl-numbers";

/** The difference of the first characters that differ, or of the lengths. */
export function compareStrings(a: string, b: string): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    if (a[index] !== b[index]) {
      return a.charCodeAt(index) - b.charCodeAt(index);
    }
  }
  return a.length - b.length;
}

/** Java compares character by character: "ß" is not "SS". */
export function equalsIgnoreCase(a: string, b: string): boolean {
  const fold = (character: string) => lower(upper(character));
  return a.length === b.length && [...a].map(fold).join("") === [...b].map(fold).join("");
}

function upper(character: string): string {
  const changed = character.toUpperCase();
  return changed.length === character.length ? changed : character;
}

function lower(character: string): string {
  const changed = character.toLowerCase();
  return changed.length === character.length ? changed : character;
}

export function parseInteger(digits: string): number {
  const value = Number(digits);
  if (!/^[+-]?\d+$/.test(digits) || value > 2 ** 31 - 1 || value < -(2 ** 31)) {
    throw new JavaError(`parseInt: "${digits}" is not a 32-bit integer`);
  }
  return value;
}
