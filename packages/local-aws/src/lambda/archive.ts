import { cp, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { unzip } from "./zip";

// Pulumi's assets and archives, known by their members: the program may have loaded another copy of Pulumi's classes.

interface PulumiArchive {
  readonly __pulumiArchive: true;
  /** Of an AssetArchive: what it is made of, by name. */
  readonly assets?: Promise<Readonly<Record<string, unknown>>>;
  /** Of a FileArchive. */
  readonly path?: Promise<string>;
}

interface PulumiAsset {
  readonly __pulumiAsset: true;
  /** Of a FileAsset. */
  readonly path?: Promise<string>;
  /** Of a StringAsset. */
  readonly text?: Promise<string>;
}

function isArchive(value: unknown): value is PulumiArchive {
  return typeof value === "object" && value !== null && "__pulumiArchive" in value;
}

function isAsset(value: unknown): value is PulumiAsset {
  return typeof value === "object" && value !== null && "__pulumiAsset" in value;
}

/** Writes a Pulumi archive, such as a function's code, into the folder as it would be uploaded. */
export async function unpack(archive: unknown, folder: string): Promise<void> {
  const { assets, path: itsPath }: Partial<PulumiArchive> = isArchive(archive) ? archive : {};
  if (assets !== undefined) {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(await assets)) {
      await unpackEntry(name, content, folder);
    }
    return;
  }
  const path = await itsPath;
  if (path === undefined) {
    throw new Error("an archive from another machine is not supported locally");
  }
  if ((await stat(path)).isDirectory()) {
    await cp(path, folder, { recursive: true });
  } else if (/\.(zip|jar)$/i.test(path)) {
    await unzip(path, folder);
  } else {
    throw new Error(`the archive ${path} is not supported locally: only folders and zip files are`);
  }
}

async function unpackEntry(name: string, content: unknown, folder: string): Promise<void> {
  const target = join(folder, name);
  if (relative(folder, target).startsWith("..")) {
    throw new Error(`the archive's entry ${name} is outside of the archive`);
  }
  const { path, text }: Partial<PulumiAsset> = isAsset(content) ? content : {};
  if (isAsset(content) && path === undefined && text === undefined) {
    throw new Error(`the asset ${name} from another machine is not supported locally`);
  }
  if (path !== undefined) {
    await mkdir(dirname(target), { recursive: true });
    await cp(await path, target);
  } else if (text !== undefined) {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, await text);
  } else {
    await unpack(content, target);
  }
}
