import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Tells whether two values of inputs are the same: equal values have equal digests, whatever the order of their members.
 * Of an asset or an archive, the content counts: a file may change under the same path.
 */
export async function digest(value: unknown): Promise<string> {
  const hash = createHash("sha256");
  const add = async (part: unknown): Promise<void> => {
    const plain: unknown = await part;
    if (typeof plain !== "object" || plain === null) {
      hash.update(`${typeof plain} ${JSON.stringify(plain)}\n`);
    } else if (Array.isArray(plain)) {
      hash.update(`list ${plain.length}\n`);
      for (const element of plain) {
        await add(element);
      }
    } else {
      await addMembers(plain as Readonly<Record<string, unknown>>);
    }
  };
  const addMembers = async (members: Readonly<Record<string, unknown>>): Promise<void> => {
    const isFile = "__pulumiAsset" in members || "__pulumiArchive" in members;
    for (const name of Object.keys(members).sort()) {
      hash.update(`member ${JSON.stringify(name)}\n`);
      await add(members[name]);
      if (isFile && name === "path") {
        await addFiles(String(await members[name]));
      }
    }
    hash.update("end\n");
  };
  const addFiles = async (path: string): Promise<void> => {
    if (!(await stat(path)).isDirectory()) {
      hash.update(await readFile(path));
      return;
    }
    for (const entry of (await readdir(path)).sort()) {
      hash.update(`file ${JSON.stringify(entry)}\n`);
      await addFiles(join(path, entry));
    }
  };
  await add(value);
  return hash.digest("hex");
}
