import { readdirSync, readFileSync } from "node:fs";
import { readStackConfig } from "local-aws";
import { describe, expect, it } from "vitest";
import { isMap, isScalar, parseDocument, visit } from "yaml";
import { decodeConfig } from "../../infra/config";
import { type Recorded, record } from "./record";

const stacks = ["dev", "staging", "prod"];
const files = [
  ...stacks.map((stack) => `Pulumi.${stack}.yaml`),
  "examples/inventory/Pulumi.dev.yaml",
];

it("every stack has its file", () => {
  const found = readdirSync(".").flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  expect(found.sort()).toEqual(stacks.toSorted());
});

describe.each(files)("%s", (file) => {
  const text = readFileSync(file, "utf8");
  const document = parseDocument(text);
  const config = document.get("config") as { toJSON(): Record<string, unknown> };

  // The CLI writes each value as text. It keeps comments, the order, and what it does not change.
  it("is written as the Pulumi CLI writes it, so that setting one value changes one line", () => {
    const values: unknown[] = [];
    visit(document, {
      Scalar: (key, { value }) => {
        if (key !== "key") values.push(value);
      },
    });
    expect(values.filter((value) => typeof value !== "string")).toEqual([]);
    expect(isMap(document.contents) && document.contents.items.length).toBe(1);
    expect(isScalar(document.contents)).toBe(false);
    expect(document.toString({ lineWidth: 0 })).toBe(text);
  });

  it("binds the stack to one AWS account", () => {
    expect(config.toJSON()["aws:allowedAccountIds"]).toEqual([expect.stringMatching(/^\d{12}$/)]);
  });

  it("names resources by project and stack, and tags them so", () => {
    expect(config.toJSON()["pulumi:autonaming"]).toEqual({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Pulumi's own placeholders
      pattern: "${project}-${stack}-${name}-${hex(7)}",
    });
    expect(config.toJSON()["aws:defaultTags"]).toEqual({
      tags: {
        project: file.startsWith("examples/") ? "inventory" : "event-ledger",
        stack: /Pulumi\.(\w+)\.yaml$/.exec(file)?.[1],
      },
    });
  });
});

it.each(stacks)("the configuration of %s is valid", (stack) => {
  const { project, values } = readStackConfig(stack);
  expect(decodeConfig(project, values["aws:region"], values)).toMatchObject({ _tag: "Right" });
});

/** The longest name that AWS accepts, for types with a limit that project and stack could reach. */
const longestNames: Readonly<Record<string, number>> = {
  "aws:backup/plan:Plan": 50,
  "aws:backup/selection:Selection": 50,
  "aws:backup/vault:Vault": 50,
  "aws:iam/role:Role": 64,
  "aws:lambda/function:Function": 64,
  "aws:sqs/queue:Queue": 80,
};

it.each(stacks)(
  "the names that Pulumi makes in %s are no longer than AWS accepts",
  async (stack) => {
    const { resources } = await record(stack);
    const nameOf = ({ name, inputs }: Recorded) =>
      `event-ledger-${stack}-${name}-1a2b3c4${inputs.fifoQueue === true ? ".fifo" : ""}`;
    const limited = resources.filter(({ type, inputs }) => type in longestNames && !inputs.name);
    expect(limited.length).toBeGreaterThan(10);
    expect(
      limited
        .map(nameOf)
        .filter((name, at) => name.length > (longestNames[limited[at]?.type ?? ""] ?? 0)),
    ).toEqual([]);
  },
);
