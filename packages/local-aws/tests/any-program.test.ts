import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const folder = resolve(__dirname, "..");

/** What people and programs read of the package. */
const files = ["README.md", "package.json", "index.ts", "bin", "src"].flatMap((name) =>
  /\./.test(name)
    ? [name]
    : readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
);

/**
 * The words of the domain that this repository's own program is about, and the names of its parts and its commands.
 * "Account" and "statement" are not among them: they are AWS's words, too.
 */
const foreign =
  /ledger|deposit|withdraw|(open|close)Account|moveMoney|balance|\bcurrency|payment|projector|read-?model|npm (start|run)\b/i;

it("the package's text speaks of no program in particular", () => {
  const found = files.flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        foreign.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
  expect(files.length).toBeGreaterThan(80);
  expect(found).toEqual([]);
});
