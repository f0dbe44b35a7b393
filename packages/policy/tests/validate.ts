import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import type { Rule } from "../rule";

/** A resource as a test or a recording has it. */
export interface Given {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The inputs, and what AWS adds to them. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface Surroundings {
  readonly project: string;
  readonly stack: string;
  /** The configuration of the AWS provider, as it travels. */
  readonly provider: Readonly<Record<string, unknown>>;
}

export interface Violation {
  readonly rule: string;
  readonly resource: string;
  readonly message: string;
}

type Unused = "isType" | "asType" | "getConfig" | "notApplicable";

const options = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
};

/** What the rules ask of Pulumi's arguments beside data is nothing. */
const unused = (): never => {
  throw new Error("no rule uses it");
};
const helpers: Pick<ResourceValidationArgs, Unused> = {
  isType: unused,
  asType: unused,
  getConfig: unused,
  notApplicable: unused,
};

/** Calls the rules as Pulumi does: those of one resource with its inputs, those of a stack with all outputs. */
export async function validate(
  rules: readonly Rule[],
  resources: readonly Given[],
  { project, stack, provider: props }: Surroundings,
): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  const stackTags = new Map<string, string>();
  const urnOf = ({ type, name }: Given) => `urn:pulumi:${stack}::${project}::${type}::${name}`;
  const common = (given: Given) => ({
    ...helpers,
    type: given.type,
    name: given.name,
    urn: urnOf(given),
    opts: options,
    provider: { type: "pulumi:providers:aws", name: "default", urn: "", props },
  });
  const whole: readonly PolicyResource[] = resources.map((given) => ({
    ...common(given),
    props: given.outputs,
    dependencies: [],
    propertyDependencies: {},
  }));
  for (const rule of rules) {
    const report = (message: string, urn = "") =>
      violations.push({ rule: rule.name, resource: urn.split("::").at(-1) ?? "", message });
    if ("validateStack" in rule) {
      await rule.validateStack({ ...helpers, resources: [...whole], stackTags }, report);
      continue;
    }
    for (const given of resources) {
      const args = { ...common(given), props: given.inputs, stackTags };
      for (const check of [rule.validateResource].flat()) {
        await check(args, (message) => report(message, args.urn));
      }
    }
  }
  return violations;
}
