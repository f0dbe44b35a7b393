/**
 * The conditions of policies. A request has values for some condition keys; an operator or a key that is not known here is
 * rejected when the policy is read, because a condition that is never met, or always, would allow something else than AWS.
 */
import { matches, recordOf, show, stringsOf } from "./policy-elements";

/** The values of a request's condition keys, by their names in lower case. */
export type RequestContext = Readonly<Record<string, string>>;

export type Condition = (request: RequestContext) => boolean;

/** A request always has a context, but not always a value for each of the keys. */
const knownKeys = [
  "aws:PrincipalAccount",
  "aws:PrincipalArn",
  "aws:SecureTransport",
  "aws:SourceAccount",
  "aws:SourceArn",
];

type Test = (pattern: string, value: string) => boolean;

const same: Test = (pattern, value) => pattern === value;
const sameInAnyCase: Test = (pattern, value) => pattern.toLowerCase() === value.toLowerCase();

/** Each of an ARN's six parts is compared with its own part of the pattern. */
const sameArn: Test = (pattern, value) => {
  const [patterns, values] = [partsOf(pattern), partsOf(value)];
  return values.length === 6 && values.every((part, index) => matches(patterns[index] ?? "", part));
};

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(":")] : [])];
}

const tests: Readonly<Record<string, Test>> = {
  StringEquals: same,
  StringEqualsIgnoreCase: sameInAnyCase,
  StringLike: matches,
  // ArnEquals takes wildcards as ArnLike does.
  ArnEquals: sameArn,
  ArnLike: sameArn,
  Bool: sameInAnyCase,
};

/** Reads a statement's Condition: all of its operators and keys have to be met. */
export function parseCondition(condition: unknown, where: string): Condition {
  if (condition === undefined) {
    return () => true;
  }
  const all = Object.entries(recordOf(condition, `Condition in ${where}`)).flatMap(
    ([operator, keys]) =>
      Object.entries(recordOf(keys, `${operator} in ${where}`)).map(([key, values]) =>
        parseOperator(operator, key, values, where),
      ),
  );
  return (request) => all.every((met) => met(request));
}

function parseOperator(operator: string, key: string, given: unknown, where: string): Condition {
  const values = stringsOf(given, `${operator} of ${key} in ${where}`);
  if (!knownKeys.some((known) => sameInAnyCase(known, key))) {
    throw new Error(`${where}: the condition key ${key} is not supported locally`);
  }
  if (values.some((value) => value.includes("${"))) {
    throw new Error(`${where}: policy variables are not supported locally, found ${show(values)}`);
  }
  const ifExists = operator.endsWith("IfExists");
  const name = operator.replace(/IfExists$/, "");
  const positive = name.replace(/^(String|Arn)Not/, "$1");
  const negative = positive !== name;
  const test = tests[positive];
  if (test === undefined) {
    throw new Error(`${where}: the condition operator ${operator} is not supported locally`);
  }
  return (request) => {
    const value = request[key.toLowerCase()];
    if (value === undefined) {
      return negative || ifExists;
    }
    return values.some((pattern) => test(pattern, value)) !== negative;
  };
}
