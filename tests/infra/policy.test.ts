import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { chdir, cwd } from "node:process";
import { readStackConfig } from "local-aws";
import { beforeAll, describe, expect, it } from "vitest";
import { answer } from "../../cli/preview/answers";
import { recordWhile } from "../../cli/preview/recording";
import { exemptions } from "../../packages/policy/exemptions";
import { policies, rules } from "../../packages/policy/policies";
import type { Rule } from "../../packages/policy/rule";
import { type Given, type Surroundings, validate } from "../../packages/policy/tests/validate";
import { type Recording, record } from "./record";

interface Stack extends Surroundings {
  readonly resources: readonly Given[];
}

const stacksIn = (folder: string) =>
  readdirSync(folder).flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? []);

const stackOf = (stack: string, { resources }: Recording): Stack => {
  const { project, values } = readStackConfig(stack);
  return {
    project,
    stack,
    provider: { defaultTags: values["aws:defaultTags"] },
    resources: resources.map(({ type, name, inputs, outputs }) => ({
      type,
      name,
      inputs,
      outputs: { ...outputs, id: answer(type, name, { ...inputs } as never).id },
    })),
  };
};

const inFolder = async <A>(folder: string, work: () => Promise<A>): Promise<A> => {
  const before = cwd();
  chdir(folder);
  try {
    return await work();
  } finally {
    chdir(before);
  }
};

/** Every stack of the program, and of the example. */
const names = [...stacksIn(".").map((stack) => `event-ledger/${stack}`), "inventory/dev"];
const stacks: Record<string, Stack> = {};

beforeAll(async () => {
  for (const stack of stacksIn(".")) {
    stacks[`event-ledger/${stack}`] = stackOf(stack, await record(stack));
  }
  stacks["inventory/dev"] = await inFolder("examples/inventory", async () =>
    stackOf("dev", await recordWhile("dev", () => import(resolve("index.ts")))),
  );
});

const validateStack = (enforced: readonly Rule[], name: string) => {
  const { resources, ...surroundings } = stacks[name] as Stack;
  return validate(enforced, resources, surroundings);
};

describe("the policies", () => {
  it.each(names)("are kept by the resources of %s", async (name) => {
    expect(stacks[name]?.resources.length).toBeGreaterThan(50);
    expect(await validateStack(policies, name)).toEqual([]);
  });

  it("have no exemption that is not needed, in any of its stacks", async () => {
    const found = await Promise.all(
      names.map(async (name) => ({ name, violations: await validateStack(rules, name) })),
    );
    const unneeded = exemptions.flatMap(({ rule, resource, stacks }) => {
      const violating = found
        .filter(({ violations }) =>
          violations.some((each) => each.rule === rule && each.resource === resource),
        )
        .map(({ name }) => name);
      const missing = (stacks ?? []).filter((stack) => !violating.includes(stack));
      return violating.length === 0 || missing.length > 0 ? [{ rule, resource, missing }] : [];
    });
    expect(unneeded).toEqual([]);
  });

  it("have exemptions from rules that exist, each with its reason", () => {
    for (const { rule, reason } of exemptions) {
      expect(rules.map(({ name }) => name)).toContain(rule);
      expect(reason).toMatch(/^[A-Z].{20,}\.$/);
    }
  });
});
