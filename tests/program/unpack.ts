import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A function's code: an `AssetArchive` as mocks get it, or its form in Pulumi's protocol. */
interface Code {
  readonly assets: Awaitable<Readonly<Record<string, Asset>>>;
}

interface Asset {
  readonly text?: Awaitable<string | undefined>;
  readonly path?: Awaitable<string | undefined>;
}

type Awaitable<T> = T | Promise<T>;

/** Writes the files of a function's archive into a folder, as Lambda does, and returns their names. */
export async function unpack(code: unknown, folder: string): Promise<readonly string[]> {
  const entries = Object.entries(await (code as Code).assets);
  for (const [name, asset] of entries) {
    const path = await asset.path;
    const content = path === undefined ? await asset.text : readFileSync(path);
    if (content === undefined) throw new Error(`${name} has neither a text nor a path.`);
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return entries.map(([name]) => name);
}
