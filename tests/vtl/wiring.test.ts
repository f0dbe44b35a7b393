import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { type DefinitionNode, Kind, parse } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { accountEvents } from "../../core/ledger/events";
import { schemaVersionOf } from "../../core/projection/upcasting";
import type { Step } from "../../infra/wiring";
import { wiring } from "../../vtl/wiring";
import { type Recorded, type Recording, record } from "../infra/record";

let stack: Recording;

beforeAll(async () => {
  stack = await record("prod");
});

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

/** The files that the wiring names, and the fragments that these ask for, from `vtl/` on. */
function usedFiles(): Set<string> {
  const used = new Set<string>();
  const use = (file: string): void => {
    used.add(file);
    for (const [, name = ""] of readFileSync(`vtl/${file}`, "utf8").matchAll(/\{\{(.*?)\}\}/g)) {
      if (name.includes("/")) {
        use(`${name}${extname(file)}`);
      }
    }
  };
  const useBoth = ({ templates }: Step) => {
    use(`${templates}.request.vtl`);
    use(`${templates}.response.vtl`);
  };
  for (const part of wiring.schema) {
    use(`${part}.graphql`);
  }
  for (const wired of Object.values(wiring.resolvers).flatMap((fields) => Object.values(fields))) {
    if ("functions" in wired) {
      use(`${wired.before}.before.vtl`);
      wired.functions.forEach(useBoth);
      use(`${wired.after}.after.vtl`);
    } else {
      useBoth(wired);
    }
  }
  return used;
}

it("every event type of the core is recorded by exactly one mutation, in its current schema version", () => {
  const recorded = resolvers()
    .filter(({ inputs }) => inputs.type === "Mutation" && inputs.kind === "PIPELINE")
    .map(({ inputs }) => {
      const text = String(inputs.requestTemplate);
      return [
        /"type": "(\w+)"/.exec(text)?.[1],
        Number(/"schemaVersion": (\d+)/.exec(text)?.[1]),
      ] as const;
    });
  const events = Object.entries(accountEvents).map(
    ([type, definition]) => [type, schemaVersionOf(definition)] as const,
  );
  expect(recorded.sort()).toEqual(events.sort());
});

describe("the templates", () => {
  it("are deployed with every gap filled", () => {
    const deployed = [...functions(), ...resolvers()].flatMap(templatesOf);
    expect(deployed.filter((text) => String(text).includes("{{"))).toEqual([]);
  });

  it("are all used, and so are the fragments and the parts of the schema", () => {
    const files = readdirSync("vtl", { recursive: true, encoding: "utf8" });
    expect([...usedFiles()].sort()).toEqual(
      files.filter((file) => /\.(vtl|graphql)$/.test(file)).sort(),
    );
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
      const [policy] = stack.resources.filter(
        ({ name }) => name === `ledger-resolvers-${source}-policy`,
      );
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
    functions: [
      "id-of-loadPreviousEvent",
      "id-of-append",
      "id-of-recogniseRepetition",
      "id-of-loadFirstEvent",
      "id-of-explainRejection",
    ],
  });
  expect(ids("statement")).toEqual({ functions: ["id-of-getSummary", "id-of-queryEntries"] });
});
