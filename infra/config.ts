import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Either, left, right } from "fp-ts/Either";
import * as t from "io-ts";
import { maxChangesInRequest } from "../lambda/adapters/keys";
import { leastRetentionDays } from "./backup";
import { dangersOf } from "./dangers";

/** One of a few values, read from the text that Pulumi hands over for every setting. */
function oneOf<A extends string | number | boolean>(...values: readonly A[]) {
  const is = (value: unknown): value is A => values.some((allowed) => allowed === value);
  return new t.Type<A, string, unknown>(
    values.join(", "),
    is,
    (text, context) => {
      const value = values.find((allowed) => String(allowed) === text);
      return value === undefined ? t.failure(text, context) : t.success(value);
    },
    String,
  );
}

function wholeNumber(from: number, to: number) {
  const is = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= from && Number(value) <= to;
  return new t.Type<number, string, unknown>(
    `a whole number from ${from} to ${to}`,
    is,
    (text, context) =>
      /^\d{1,10}$/.test(String(text)) && is(Number(text))
        ? t.success(Number(text))
        : t.failure(text, context),
    String,
  );
}

const flag = oneOf(true, false);

/** The ARN of an IAM role, or `none` for undefined. */
const optionalRoleArn = new t.Type<string | undefined, string, unknown>(
  "the ARN of an IAM role, or none",
  (value): value is string | undefined => value === undefined || t.string.is(value),
  (text, context) =>
    text === "none"
      ? t.success(undefined)
      : /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(String(text))
        ? t.success(String(text))
        : t.failure(text, context),
  (arn) => arn ?? "none",
);

const isAddresses = (value: unknown): value is readonly string[] =>
  t.array(t.string).is(value) && value.every((text) => /^[^@\s"]+@[^@\s"]+$/.test(text));

/** A list of addresses, in the JSON in which Pulumi hands over what is no text. */
const emailAddresses = new t.Type<readonly string[], string, unknown>(
  'a list of e-mail addresses, such as ["a@example.com"]',
  isAddresses,
  (text, context) => {
    try {
      const value: unknown = JSON.parse(String(text));
      return isAddresses(value) ? t.success(value) : t.failure(text, context);
    } catch {
      return t.failure(text, context);
    }
  },
  JSON.stringify,
);

/** The settings of Pulumi.yaml's `config` block, which describes them. */
const Settings = t.type({
  keepData: flag,
  breakGlassRoleArn: optionalRoleArn,
  allowReplacement: flag,
  passwordSignIn: flag,
  mfa: oneOf("OFF", "OPTIONAL", "ON"),
  userPoolTier: oneOf("LITE", "ESSENTIALS", "PLUS"),
  threatProtection: oneOf("OFF", "AUDIT", "ENFORCED"),
  introspection: flag,
  queryDepthLimit: wholeNumber(1, 75),
  resolverCountLimit: wholeNumber(maxChangesInRequest, 10_000),
  logLevel: oneOf("DEBUG", "INFO", "WARN", "ERROR"),
  // The only periods that CloudWatch Logs accepts.
  logRetentionDays: oneOf(
    ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
    ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
  ),
  auditTrail: flag,
  // A hundred years, the longest that S3 keeps a lock, would outlive the trail's records.
  auditLockDays: wholeNumber(0, 3650),
  firewall: flag,
  // What AWS WAF admits.
  requestsPerAddress: wholeNumber(10, 2_000_000_000),
  alarmRecipients: emailAddresses,
  parallelizationFactor: wholeNumber(1, 10),
  projectorConcurrency: wholeNumber(0, 1_000),
  maxReadUnits: wholeNumber(0, 999_999_999),
  maxWriteUnits: wholeNumber(0, 999_999_999),
  backup: flag,
  backupRetentionDays: wholeNumber(leastRetentionDays, 36_500),
});

export interface StackConfig extends t.TypeOf<typeof Settings> {
  readonly region: string;
}

/**
 * Decodes a stack's whole configuration (`namespace:key` to text).
 * The left side has a line for each fault: what is wrong, what was found, what is allowed.
 */
export function decodeConfig(
  project: string,
  region: string | undefined,
  values: Readonly<Record<string, string>>,
): Either<readonly string[], StackConfig> {
  const namespace = `${project}:`;
  const own = Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(namespace))
      .map(([key, value]) => [key.slice(namespace.length), value]),
  );
  const faults: string[] = [];
  if (region === undefined) {
    faults.push("aws:region is not set; allowed: the name of an AWS region");
  }
  for (const key of Object.keys(own).filter((key) => !(key in Settings.props))) {
    const known = Object.keys(Settings.props).join(", ");
    faults.push(`${namespace}${key} is not a setting of this project; its settings: ${known}`);
  }
  const settings = Settings.decode(own);
  if (settings._tag === "Left") {
    for (const { context } of settings.left) {
      const fault = context[context.length - 1];
      const found = fault?.actual === undefined ? "not set" : JSON.stringify(fault.actual);
      faults.push(`${namespace}${fault?.key} is ${found}; allowed: ${fault?.type.name}`);
    }
  }
  if (own.threatProtection !== "OFF" && own.threatProtection && own.userPoolTier !== "PLUS") {
    const found = `${JSON.stringify(own.userPoolTier)} with a threatProtection of ${own.threatProtection}`;
    faults.push(`${namespace}userPoolTier is ${found}; allowed: PLUS`);
  }
  if (region === undefined || settings._tag === "Left" || faults.length > 0) {
    return left(faults);
  }
  const config = { ...settings.right, region };
  const dangers = dangersOf(config).map((danger) => `${namespace}${danger}`);
  return dangers.length > 0 ? left(dangers) : right(config);
}

/** The configuration of the stack that is running; a faulty one ends the program with one message. */
export function loadConfig(): StackConfig {
  const project = pulumi.getProject();
  const config = decodeConfig(project, aws.config.region, pulumi.runtime.allConfig());
  if (config._tag === "Right") {
    return config.right;
  }
  throw new pulumi.RunError(
    [
      `The configuration of stack ${pulumi.getStack()} has faults (mend each with \`pulumi config set KEY VALUE\`):`,
      ...config.left,
    ].join("\n  "),
  );
}
