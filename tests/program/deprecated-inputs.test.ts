import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { expect, it } from "vitest";
import { deprecatedInputs } from "./deprecated-inputs";

it("no resource is given an input that the provider calls deprecated", () => {
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  // One that would be found, spread and in a list: the check sees what it looks for.
  const folder = mkdtempSync(join(process.cwd(), ".build-"));
  const example = join(folder, "deprecated.ts");
  writeFileSync(
    example,
    `import * as aws from "@pulumi/aws";
    const indexes = () => [{ name: "i", hashKey: "owner", projectionType: "ALL" }];
    const settings = { hashKey: "id", attributes: [], globalSecondaryIndexes: indexes() };
    export const table = new aws.dynamodb.Table("t", { ...settings });`,
  );
  try {
    const found = deprecatedInputs(["index.ts", "examples/inventory/index.ts", example], options);
    expect(found).toEqual([`${example}:4: aws.dynamodb.Table.globalSecondaryIndexes[].hashKey`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
