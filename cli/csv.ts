import { canonicalForm } from "../core/projection/hash-chain";

/** A record as in RFC 4180: fields quoted where they have to be, CRLF at the end. */
export const csvRecord = (fields: readonly unknown[]): string =>
  `${fields.map(csvField).join(",")}\r\n`;

const csvField = (value: unknown): string => {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? canonicalForm(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
