import { readdirSync, readFileSync } from "node:fs";
import { type DefinitionNode, Kind, parse } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { type Recorded, type Recording, record } from "../infra/record";

let stack: Recording;

beforeAll(async () => {
  stack = await record("prod");
}, 60_000);

const ofType = (type: string) => stack.resources.filter((resource) => resource.type === type);
const functions = () => ofType("aws:appsync/function:Function");
const resolvers = () => ofType("aws:appsync/resolver:Resolver");

const templatesOf = ({ inputs }: Recorded) =>
  [
    inputs.requestMappingTemplate,
    inputs.responseMappingTemplate,
    inputs.requestTemplate,
    inputs.responseTemplate,
  ].filter((text) => text !== undefined);

describe("the schema and the resolvers", () => {
  const roots = ["Query", "Mutation", "Subscription"];
  const fieldsOf = (definition: DefinitionNode) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && roots.includes(definition.name.value)
      ? (definition.fields ?? []).map((field) => `${definition.name.value}.${field.name.value}`)
      : [];

  it("name the same fields", () => {
    const [api] = ofType("aws:appsync/graphQLApi:GraphQLApi");
    const declared = parse(String(api?.inputs.schema)).definitions.flatMap(fieldsOf);
    const resolved = resolvers().map(({ inputs }) => `${inputs.type}.${inputs.field}`);
    expect(resolved.sort()).toEqual(declared.sort());
  });
});

describe("the templates", () => {
  it("are all deployed, with every value filled in", () => {
    const deployed = [...functions(), ...resolvers()].flatMap(templatesOf);
    const files = ["shared", "command"].flatMap((part) =>
      readdirSync(`vtl/${part}`)
        .filter((file) => file.endsWith(".vtl"))
        .map((file) => readFileSync(`vtl/${part}/${file}`, "utf8")),
    );
    const filled = files.map((text) => text.replaceAll("{{readModelTable}}", "read-model-1a2b3c4"));
    expect(new Set(deployed)).toEqual(new Set(filled));
    expect(deployed.filter((text) => /\{\{\w/.test(String(text)))).toEqual([]);
  });

  it.each(["EventTable", "ReadModel"])(
    "of %s use exactly the actions that its role allows",
    (source) => {
      const used = functions()
        .filter(({ inputs }) => inputs.dataSource === source)
        .flatMap(({ inputs }) => [
          ...String(inputs.requestMappingTemplate).matchAll(/"operation": "(\w+)"/g),
        ])
        .map(([, operation]) => `dynamodb:${operation}`);
      const [policy] = stack.resources.filter(({ name }) => name === `resolvers-${source}-policy`);
      const allowed: string[] = JSON.parse(String(policy?.inputs.policy)).Statement.flatMap(
        (statement: { Action: string[] }) => statement.Action,
      );
      expect(new Set(used)).toEqual(new Set(allowed));
    },
  );
});

it("a pipeline runs its functions in the order of the wiring", () => {
  const ids = (field: string) =>
    resolvers().find(({ inputs }) => inputs.field === field)?.inputs.pipelineConfig;
  expect(ids("deposit")).toEqual({
    functions: ["id-of-loadPreviousEvent", "id-of-append", "id-of-explainRejection"],
  });
  expect(ids("statement")).toEqual({ functions: ["id-of-getSummary", "id-of-queryEntries"] });
});
