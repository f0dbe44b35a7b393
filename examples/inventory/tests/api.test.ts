import fc from "fast-check";
import type { GraphQLEnumType, GraphQLObjectType } from "graphql";
import { buildSchema, compileTemplate, newMap, renderTemplate } from "local-aws";
import { describe, expect, it } from "vitest";
import { filledText, schema as sdl } from "../../../infra/templates";
import { changeFields } from "../../../lambda/adapters/publisher";
import { type ArticleEvent, articleEvents, declineReasons, inventory } from "../article";
import { recorders, wiring } from "../vtl/wiring";

// The API, held against the domain.

const eventTypes = Object.keys(articleEvents) as ArticleEvent["type"][];

/** What clients may send: around the limits of a label, and any number that GraphQL's `Int` has. */
const anyInput = fc.record({
  label: fc.string({ unit: "binary", maxLength: 70 }),
  quantity: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer()),
});

/** Renders the template that checks a command and makes an event of it. */
const renderBefore = (type: ArticleEvent["type"], input: object) => {
  const { field, before } = recorders[type];
  const values = { ...wiring.values, ...wiring.resolvers.Mutation[field]?.values };
  const text = filledText(`${before}.before.vtl`, wiring.folders, values as Record<string, string>);
  const stash = newMap();
  const rendered = renderTemplate(compileTemplate(field, text), { arguments: { input }, stash });
  return { ...rendered, ...stash };
};

it.each(eventTypes)("%s is recorded as the domain decodes it, or refused by its field", (type) => {
  const { data } = articleEvents[type];
  fc.assert(
    fc.property(anyInput, (input) => {
      const [field, value] =
        "label" in data.props ? ["label", input.label] : ["quantity", input.quantity];
      expect(renderBefore(type, input)).toMatchObject(
        data.is({ [field]: value })
          ? { event: { type, data: { [field]: value } } }
          : { error: { errorType: "InvalidInput", errorInfo: { field } } },
      );
    }),
  );
});

describe("the schema", () => {
  const schema = buildSchema(sdl(wiring), true);
  const fieldsOf = (type: string) =>
    Object.keys((schema.getType(type) as GraphQLObjectType).getFields()).sort();
  const valuesOf = (type: string) =>
    (schema.getType(type) as GraphQLEnumType).getValues().map(({ name }) => name);

  it.each(["Mutation", "Query", "Subscription"] as const)("has a resolver for each %s", (root) => {
    expect(fieldsOf(root)).toEqual(Object.keys(wiring.resolvers[root]).sort());
  });

  it("takes an operator's reason with every command on an article that exists", () => {
    const inputs = Object.values(schema.getMutationType()?.getFields() ?? {})
      .filter(({ name }) => Object.values(recorders).some((r) => r.field === name && !r.opens))
      .map(({ args }) => String(args[0]?.type).replace("!", ""));
    expect(inputs).toHaveLength(3);
    for (const input of inputs) expect(fieldsOf(input)).toContain("reason");
  });

  it("names every event type and every reason to decline", () => {
    expect(valuesOf("EventType")).toEqual(eventTypes);
    expect(valuesOf("DeclineReason")).toEqual(declineReasons);
  });

  it("shows every field of an event, and every column of an article and its entries", () => {
    const data = eventTypes.flatMap((type) => Object.keys(articleEvents[type].data.props));
    expect(fieldsOf("RecordedEvent")).toEqual(expect.arrayContaining(data));
    expect(fieldsOf("Article")).toEqual(expect.arrayContaining([...inventory.state.names]));
    expect(fieldsOf("Entry")).toEqual(expect.arrayContaining([...inventory.entry.names]));
  });

  it.each(["ArticleChange", "ArticleChangeInput"])("has in %s what is published", (type) => {
    expect(fieldsOf(type)).toEqual([...changeFields(inventory)].sort());
  });
});
