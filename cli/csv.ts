import { canonicalForm } from "../core/projection/hash-chain";
import { printableLines } from "./printable";

/** A record as in RFC 4180: fields quoted where they have to be, CRLF at the end. */
export const csvRecord = (fields: readonly unknown[]): string =>
  `${fields.map(csvField).join(",")}\r\n`;

/** What a formula begins with, by OWASP's rule against CSV injection. */
const formulaBeginnings = [..."=+-@\t\r\n\0＝＋－＠"];

/** Text that a spreadsheet shows and does not calculate. A number is none of it, whatever its sign. */
const inert = (text: string): string =>
  formulaBeginnings.some((beginning) => text.startsWith(beginning)) ? `'${text}` : text;

const textOf = (value: unknown): string => {
  if (typeof value === "string") return inert(value);
  return typeof value === "object" ? canonicalForm(value) : String(value);
};

const csvField = (value: unknown): string => {
  if (value === undefined || value === null) return "";
  const text = printableLines(textOf(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
