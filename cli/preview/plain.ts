import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

// A recording crosses from one process to another, so assets and archives become what people compare: their texts.

interface Asset {
  readonly text?: string | Promise<string>;
  readonly path?: string | Promise<string>;
}

interface Archive {
  readonly assets?: Files | Promise<Files>;
  readonly path?: string | Promise<string>;
}

type Files = Readonly<Record<string, unknown>>;

/** A value as JSON has it: an asset is its text, an archive the texts of its files by their names. */
export async function plain(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== "object" || value === null) return value;
  if ("__pulumiAsset" in value) return textOfAsset(value as Asset);
  if ("__pulumiArchive" in value) {
    const { assets, path } = value as Archive;
    return assets === undefined ? textOfFile(await path) : plain(await assets);
  }
  const entries = Object.entries(value).map(
    async ([name, member]) => [name, await plain(member)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function textOfAsset({ text, path }: Asset): Promise<string> {
  const written = await text;
  return written === undefined ? textOfFile(await path) : readable(Buffer.from(written));
}

const textOfFile = (path: string | undefined): string =>
  path === undefined ? "(elsewhere)" : readable(readFileSync(path));

/** The longest line that somebody wrote by hand; those of a minified bundle are longer. */
const longestLine = 1_000;

/** The text itself, or its size and digest where nobody could read the difference of two. */
function readable(content: Buffer): string {
  const text = content.toString("utf8");
  if (!text.includes("\0") && text.split("\n").every(({ length }) => length <= longestLine)) {
    return text;
  }
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return `${content.length.toLocaleString("en-US")} bytes, SHA-256 ${digest}…`;
}
