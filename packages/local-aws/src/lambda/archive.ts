import { cp, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { asset } from "@pulumi/pulumi";

/** Writes a Pulumi archive, such as a function's code, into the folder as it would be uploaded. */
export async function unpack(archive: unknown, folder: string): Promise<void> {
  if (archive instanceof asset.AssetArchive) {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(await archive.assets)) {
      await unpackEntry(name, content, folder);
    }
    return;
  }
  const path = archive instanceof asset.FileArchive ? await archive.path : undefined;
  if (path === undefined || !(await stat(path)).isDirectory()) {
    throw new Error(
      `the archive ${path ?? ""} is not supported locally: only folders and archives of single assets are`,
    );
  }
  await cp(path, folder, { recursive: true });
}

async function unpackEntry(name: string, content: unknown, folder: string): Promise<void> {
  const target = join(folder, name);
  if (relative(folder, target).startsWith("..")) {
    throw new Error(`the archive's entry ${name} is outside of the archive`);
  }
  if (content instanceof asset.FileAsset) {
    await mkdir(dirname(target), { recursive: true });
    await cp(await content.path, target);
  } else if (content instanceof asset.StringAsset) {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, await content.text);
  } else {
    await unpack(content, target);
  }
}
