import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { asset } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unpack } from "../../src/lambda/archive";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "archive-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Entry {
  readonly name: string;
  readonly text: string;
  /** 0 for stored, 8 for deflated. */
  readonly method?: number;
  readonly flags?: number;
}

/** A zip file as the specification has it, with a comment at its end. */
function zip(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let place = 0;
  for (const { name, text, method = 8, flags = 0x0800 } of entries) {
    const content = Buffer.from(text);
    const packed = method === 8 ? deflateRawSync(content) : content;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = [Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed];
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(place, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\0"), common, rest, Buffer.from(name));
    parts.push(...local);
    place += Buffer.concat(local).length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(place, 12);
  end.writeUInt16LE(7, 16);
  const comment = Buffer.from("comment");
  return Buffer.concat([...parts, ...directory, Buffer.from("PK\x05\x06"), end, comment]);
}

async function unpacked(archive: unknown): Promise<Record<string, string>> {
  const target = await mkdtemp(join(folder, "target-"));
  await unpack(archive, target);
  const files = await readdir(target, { recursive: true, withFileTypes: true });
  const contents = files
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(target.length + 1), await readFile(path, "utf8")] as const;
    });
  return Object.fromEntries(await Promise.all(contents));
}

async function fileArchive(name: string, content: Buffer): Promise<asset.FileArchive> {
  await writeFile(join(folder, name), content);
  return new asset.FileArchive(join(folder, name));
}

describe("an archive", () => {
  it("may be a zip file, of entries that are stored or deflated", async () => {
    const content = zip([
      { name: "index.mjs", text: "export const handler = async () => 1;" },
      { name: "lib/", text: "", method: 0 },
      { name: "lib/ä.txt", text: "stored", method: 0 },
      { name: "lib/long.txt", text: "x".repeat(100_000) },
    ]);
    const files = {
      "index.mjs": "export const handler = async () => 1;",
      "lib/ä.txt": "stored",
      "lib/long.txt": "x".repeat(100_000),
    };
    const archive = await fileArchive("code.zip", content);
    expect(await unpacked(archive)).toEqual(files);
    const nested = new asset.AssetArchive({ inner: archive, a: new asset.StringAsset("b") });
    expect(await unpacked(nested)).toEqual({
      a: "b",
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`inner/${name}`, text])),
    });
  });

  it.each([
    ["no.zip", Buffer.from("PK, but no zip file at all"), "no.zip is not a zip file"],
    ["out.zip", zip([{ name: "../out.js", text: "" }]), "an entry outside of itself: ../out.js"],
    ["secret.zip", zip([{ name: "a", text: "b", flags: 1 }]), "secret.zip: a is encrypted"],
    ["code.tar.gz", Buffer.from(""), "only folders and zip files are"],
  ])("is refused in a line: %s", async (name, content, message) => {
    await expect(fileArchive(name, content).then(unpacked)).rejects.toThrow(message);
  });

  it("is refused where it, or a part of it, lies on another machine", async () => {
    const message = "from another machine is not supported locally";
    await expect(unpacked(new asset.RemoteArchive("https://x.test/a.zip"))).rejects.toThrow(
      message,
    );
    const part = new asset.AssetArchive({ a: new asset.RemoteAsset("https://x.test/a.js") });
    await expect(unpacked(part)).rejects.toThrow(`the asset a ${message}`);
  });
});
