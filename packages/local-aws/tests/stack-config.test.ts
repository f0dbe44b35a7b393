import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readStackConfig } from "../src/stack-config";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stack-config-"));
  write("Pulumi.yaml", "name: shop\nconfig:\n  size: { default: 3 }\n  color: { type: string }\n");
});

afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);

describe("a stack's configuration", () => {
  it("has the project's defaults, overridden by the stack's values, as text", () => {
    write(
      "Pulumi.dev.yaml",
      "config:\n  aws:region: eu-west-1\n  aws:defaultTags: { tags: { a: b } }\n",
    );
    const values = { "aws:region": "eu-west-1", "aws:defaultTags": '{"tags":{"a":"b"}}' };
    expect(readStackConfig("dev", folder)).toEqual({
      project: "shop",
      values: { ...values, "shop:size": "3" },
    });
    write("Pulumi.dev.yaml", "config:\n  shop:size: 4\n");
    expect(readStackConfig("dev", folder).values).toEqual({ "shop:size": "4" });
  });

  it.each([
    ["invalid YAML", "config:\n  shop:size: [1", /^Pulumi\.dev\.yaml: .* at line 2, column \d+$/],
    ["a list instead of settings", "- 1", /^Pulumi\.dev\.yaml: expected settings, `key: value`$/],
    ["a name without a namespace", "config: { size: 4 }", /: size: .* a namespace, shop:size$/],
    [
      "an encrypted value",
      "config: { shop:size: { secure: x } }",
      /: shop:size: encrypted .* not supported/,
    ],
  ])("is rejected if it contains %s", (_, text, message) => {
    write("Pulumi.dev.yaml", text);
    expect(() => readStackConfig("dev", folder)).toThrow(message);
  });

  it("is required", () => {
    expect(() => readStackConfig("prod", folder)).toThrow(
      "there is no stack prod: its settings would be in Pulumi.prod.yaml",
    );
  });
});
