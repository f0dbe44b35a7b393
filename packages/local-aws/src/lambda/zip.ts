import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { inflateRawSync } from "node:zlib";

// Source: PKWARE's APPNOTE.TXT, "Overall .ZIP file format".

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const stored = 0;
const deflated = 8;

/** Writes a zip file's entries into the folder. Throws an Error of one line for what is none, or is encrypted. */
export async function unzip(file: string, folder: string): Promise<void> {
  const zip = await readFile(file);
  await mkdir(folder, { recursive: true });
  for (const { name, content } of entriesOf(zip, file)) {
    const target = join(folder, name);
    if (relative(folder, target).startsWith("..")) {
      throw new Error(`the archive ${file} has an entry outside of itself: ${name}`);
    }
    if (!name.endsWith("/")) {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content());
    }
  }
}

interface Entry {
  readonly name: string;
  readonly content: () => Buffer;
}

function* entriesOf(zip: Buffer, file: string): Generator<Entry> {
  const end = findEnd(zip);
  if (end === undefined) {
    throw new Error(`the archive ${file} is not a zip file`);
  }
  let place = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(place) !== entrySignature) {
      throw new Error(`the archive ${file} is damaged, or a zip file of more than 4 GB`);
    }
    const lengths = [28, 30, 32].map((offset) => zip.readUInt16LE(place + offset));
    const [nameLength = 0] = lengths;
    const name = zip.toString("utf8", place + 46, place + 46 + nameLength);
    const header = place;
    yield { name, content: () => contentOf(zip, header, `the archive ${file}: ${name}`) };
    place += lengths.reduce((sum, length) => sum + length, 46);
  }
}

/** A comment may follow the end of the directory. */
function findEnd(zip: Buffer): number | undefined {
  for (let place = zip.length - 22; place >= Math.max(0, zip.length - 22 - 0xffff); place--) {
    if (zip.readUInt32LE(place) === endSignature) {
      return place;
    }
  }
  return undefined;
}

function contentOf(zip: Buffer, header: number, where: string): Buffer {
  const encrypted = (zip.readUInt16LE(header + 8) & 1) === 1;
  const method = zip.readUInt16LE(header + 10);
  const size = zip.readUInt32LE(header + 20);
  // The lengths in the entry's own header may differ from those in the directory.
  const local = zip.readUInt32LE(header + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const content = zip.subarray(start, start + size);
  if (encrypted || (method !== stored && method !== deflated)) {
    throw new Error(`${where} is encrypted, or compressed in another way than by deflate`);
  }
  return method === stored ? content : inflateRawSync(content);
}
