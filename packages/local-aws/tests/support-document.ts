import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { dataSourceTypes } from "../src/appsync/data-sources";
import { dynamodbOperations } from "../src/appsync/dynamodb";
import { lambdaOperations } from "../src/appsync/lambda-source";
import { createUtil } from "../src/appsync/util";
import { compileTemplate } from "../src/appsync/vtl";
import { managedPolicies } from "../src/iam/managed-policies";
import { provisioners } from "../src/resources";
import { invokes } from "../src/resources/invokes";

/** Where the document is. */
export const supportFile = resolve(__dirname, "../docs/support.md");

/** What runs here and what is refused, from the code itself. */
export function supportDocument(): string {
  return `# What is supported

Written by \`npm run docs:local-aws\`, from the code: do not edit. What is listed nowhere here is refused in one line, at the
start where possible, otherwise by a GraphQL error.

## Resources

- **Used**: the input has its effect here.
- **No local meaning**: the input is accepted and does nothing, for what it is about does not exist on one machine.
- **Refused**: the provider has the input, and the program does not start with it.

${Object.keys(provisioners).toSorted().map(resource).join("\n")}
## Functions of the provider

${listed(Object.keys(invokes).map((token) => token.replace(/.*:/, "")))}

## AWS's own managed policies

Allowed is what they allow of the services that run here. Others are refused by name.

${listed(managedPolicies)}

## AppSync

Types of data sources: ${listed(dataSourceTypes)}.

| operations | 2017-02-28 | 2018-05-29 |
|---|---|---|
${operations()}

Directives of templates: ${listed(directives(true))}. Refused: ${listed(directives(false))}.

Functions of \`$util\`: ${listed(utilFunctions())}.
`;
}

function resource(type: string): string {
  const inputs = provisioners[type]?.inputs;
  const name = type.replace(/(\w+):(\w+)(\/\w+)?:(\w+)/, (_, pkg, module, _file, kind) =>
    module === "index" ? `${pkg}.${kind}` : `${pkg}.${module}.${kind}`,
  );
  if (inputs === undefined) {
    return `### ${name}\n\nRegistered, and answered with a name and an ARN; nothing is made, whatever its inputs.\n`;
  }
  const known = [...inputs.used, ...inputs.ignored];
  const refused = inputsOfProvider(type).filter((input) => !known.includes(input));
  const line = (what: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`- **${what}**: ${listed(names)}`];
  return [
    `### ${name}\n`,
    ...line("Used", inputs.used),
    ...line(
      "No local meaning",
      inputs.ignored.filter((input) => !inputs.used.includes(input)),
    ),
    ...line("Refused", refused),
    "",
  ].join("\n");
}

/** The names of the inputs that the provider's own package declares. */
function inputsOfProvider(type: string): readonly string[] {
  const [packageName = "", path = "", kind = ""] = type.split(":");
  const file = join(
    dirname(require.resolve(`@pulumi/${packageName}/package.json`)),
    `${path.replace(/^index\//, "")}.d.ts`,
  );
  const [, body = ""] =
    new RegExp(`export interface ${kind}Args \\{(.*?)^\\}`, "ms").exec(
      readFileSync(file, "utf8"),
    ) ?? [];
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, name]) => String(name));
}

function operations(): string {
  const versions = ["2017-02-28", "2018-05-29"] as const;
  const names = Object.keys(dynamodbOperations["2018-05-29"]).toSorted();
  const row = (name: string, has: (version: (typeof versions)[number]) => boolean) =>
    `| ${[name, ...versions.map((version) => (has(version) ? "yes" : "refused"))].join(" | ")} |`;
  return [
    ...names.map((name) =>
      row(`DynamoDB ${name}`, (version) => name in dynamodbOperations[version]),
    ),
    row("DynamoDB Sync", () => false),
    ...lambdaOperations.map((name) => row(`Lambda ${name}`, () => true)),
  ].join("\n");
}

const directiveSamples: Readonly<Record<string, string>> = {
  "#set": "#set($a = 1)",
  "#if": "#if($a) #elseif($b) #else #end",
  "#foreach": "#foreach($a in [1]) #end",
  "#break": "#foreach($a in [1]) #break #end",
  "#return": "#return",
  "#stop": "#stop",
  "#define": "#define($a) #end",
  "#evaluate": '#evaluate("1")',
  "#include": '#include("a")',
  "#macro": "#macro(a) #end",
  "#parse": '#parse("a")',
};

function directives(supported: boolean): readonly string[] {
  return Object.entries(directiveSamples).flatMap(([name, sample]) =>
    compiles(sample) === supported ? [name] : [],
  );
}

function compiles(template: string): boolean {
  try {
    compileTemplate("sample", template);
    return true;
  } catch {
    return false;
  }
}

function utilFunctions(): readonly string[] {
  const environment = { parentTypeName: "", fieldName: "", authType: "", appendError: () => {} };
  return createUtil(environment).functionNames.toSorted();
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
