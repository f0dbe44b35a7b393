import type {
  PolicyResource,
  ReportViolation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

// Types of resources go by their tokens: to import their classes would make Pulumi compile all types of the AWS provider
// whenever it loads the pack, which takes three times as long and 450 MB more. What the properties are called is checked by
// the tests' cases, which are typed.

/** A policy of one resource, or of a whole stack. */
export type Rule = ResourceRule | StackRule;
type ResourceRule = ResourceValidationPolicy &
  Required<Pick<ResourceValidationPolicy, "validateResource">>;
type StackRule = StackValidationPolicy;

/** What is to be read of a resource. Values are of any type, as Pulumi hands them over. */
export type Resource = Pick<PolicyResource, "type" | "name" | "props" | "provider">;

/** One resource that need not keep a rule. */
export interface Exemption {
  readonly rule: string;
  /** Its name in the program. */
  readonly resource: string;
  /** `project/stack`. Without them it is exempted wherever it is. */
  readonly stacks?: readonly string[];
  readonly reason: string;
}

/** A rule that looks at each resource by itself. The check answers with what is wrong. */
export function resourceRule(
  name: string,
  description: string,
  check: (resource: Resource) => readonly string[],
): ResourceRule {
  return {
    name,
    description,
    validateResource: (resource, report) => {
      for (const fault of check(resource)) report(fault);
    },
  };
}

/** A rule of how resources belong together. The check answers with what is wrong with which resource. */
export function stackRule(
  name: string,
  description: string,
  check: (resources: readonly PolicyResource[]) => readonly (readonly [PolicyResource, string])[],
): StackRule {
  return {
    name,
    description,
    validateStack: ({ resources }, report) => {
      for (const [{ urn }, fault] of check(resources)) report(fault, urn);
    },
  };
}

/** The rule without what it reports about resources that are exempted from it. */
export function exempting(rule: Rule, exemptions: readonly Exemption[]): Rule {
  const own = exemptions.filter((exemption) => exemption.rule === rule.name);
  const unlessExempted =
    (report: ReportViolation, ofResource?: string): ReportViolation =>
    (message, urn = ofResource) => {
      if (!own.some((exemption) => concerns(exemption, urn))) report(message, urn);
    };
  if ("validateStack" in rule) {
    return {
      ...rule,
      validateStack: (stack, report) => rule.validateStack(stack, unlessExempted(report)),
    };
  }
  return {
    ...rule,
    validateResource: async (resource, report) => {
      for (const validate of [rule.validateResource].flat()) {
        await validate(resource, unlessExempted(report, resource.urn));
      }
    },
  };
}

/** A URN is `urn:pulumi:STACK::PROJECT::TYPES::NAME`. */
export function concerns({ resource, stacks }: Exemption, urn: string | undefined): boolean {
  const [prefix = "", project = "", , name] = (urn ?? "").split("::");
  const stack = prefix.slice("urn:pulumi:".length);
  return name === resource && (stacks === undefined || stacks.includes(`${project}/${stack}`));
}

export const ofType =
  (...types: readonly string[]) =>
  ({ type }: Pick<Resource, "type">): boolean =>
    types.includes(type);

/** Both types of a bucket have the same properties. */
export const isBucket = ofType("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2");
export const isFunction = ofType("aws:lambda/function:Function");
export const isLogGroup = ofType("aws:cloudwatch/logGroup:LogGroup");
export const isMapping = ofType("aws:lambda/eventSourceMapping:EventSourceMapping");
export const isQueue = ofType("aws:sqs/queue:Queue");
export const isTable = ofType("aws:dynamodb/table:Table");
export const isTopic = ofType("aws:sns/topic:Topic");

/**
 * Whether a property of a resource names another resource: by one of its outputs, or, where a preview does not know them
 * yet, by what the engine knows of the program.
 */
export function refers(
  from: PolicyResource,
  property: string,
  to: PolicyResource,
  outputs: readonly string[],
): boolean {
  if (from.propertyDependencies[property]?.includes(to)) return true;
  const names = outputs.flatMap((output) => known(() => to.props[output]) ?? []);
  return (known(() => textsIn(from.props[property])) ?? []).some((text) => names.includes(text));
}

/** The texts in a value; those of a JSON document are its own. */
export function textsIn(value: unknown): readonly string[] {
  const content = typeof value === "string" ? (documentIn(value) ?? value) : value;
  if (typeof content === "string") return [content];
  return typeof content === "object" && content !== null
    ? Object.values(content).flatMap(textsIn)
    : [];
}

/** The object that a text is the JSON of. */
export function documentIn(text: string): object | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value, unless the preview does not know it yet: reading it then throws. */
export function known<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
