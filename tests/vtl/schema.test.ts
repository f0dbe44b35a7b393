import {
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
} from "graphql";
import * as t from "io-ts";
import { buildSchema, readDirective } from "local-aws";
import { describe, expect, it } from "vitest";
import { ledger } from "../../core/ledger";
import { AccountStatus, declineReasons } from "../../core/ledger/account";
import { accountCommands } from "../../core/ledger/commands";
import { accountEvents } from "../../core/ledger/events";
import { Suspension } from "../../core/projection/summary";
import { schema as sdl } from "../../infra/templates";
import { idName } from "../../lambda/adapters/keys";
import { changeFields } from "../../lambda/adapters/publisher";
import { recorders, wiring } from "../../vtl/wiring";
import { eventTypes } from "./commands";

// Built as AppSync builds it: with its scalars and directives, with its rules for subscriptions, for several modes.
const schema = buildSchema(sdl(wiring), true);

function typed<T extends GraphQLNamedType>(
  name: string,
  isOfKind: (type: GraphQLNamedType | undefined) => type is T,
): T {
  const type = schema.getType(name);
  if (!isOfKind(type)) throw new Error(`the schema's ${name} is of another kind`);
  return type;
}

const objectType = (name: string) =>
  typed(name, (type): type is GraphQLObjectType => isObjectType(type));
const inputType = (name: string) =>
  typed(name, (type): type is GraphQLInputObjectType => isInputObjectType(type));
const valuesOf = (name: string) =>
  typed(name, (type): type is GraphQLEnumType => isEnumType(type))
    .getValues()
    .map((value) => value.name)
    .sort();

/** The fields of a codec, and which of them may be left out. */
const fieldsOf = (codec: t.Mixed): Record<string, "required" | "optional"> => {
  const all = (props: t.Props, kind: "required" | "optional") =>
    Object.fromEntries(Object.keys(props).map((name) => [name, kind]));

  if (codec instanceof t.IntersectionType) {
    return Object.assign({}, ...codec.types.map(fieldsOf));
  }
  if (codec instanceof t.InterfaceType) return all(codec.props, "required");
  if (codec instanceof t.PartialType) return all(codec.props, "optional");
  throw new Error(`${codec.name} has no fields`);
};

describe("a command's arguments", () => {
  it.each(eventTypes)("of the mutation that records %s are the codec's fields", (type) => {
    const name = recorders[type].field;
    const [input, ...more] = objectType("Mutation").getFields()[name]?.args ?? [];
    expect(more).toEqual([]);
    const fields = Object.values(inputType(String(input?.type).replace("!", "")).getFields());
    const declared = fields.map((field) => [
      field.name,
      isNonNullType(field.type) ? "required" : "optional",
    ]);
    const { streamId, ...others } = fieldsOf(accountCommands[type]);
    expect(Object.fromEntries(declared)).toEqual({ ...others, [idName(ledger.name)]: streamId });
  });
});

it.each([
  ["EventType", "event types", Object.keys(accountEvents)],
  ["DeclineReason", "reasons to decline", declineReasons],
  ["SuspensionReason", "reasons to suspend", Object.keys(Suspension.props.reason.keys)],
  ["AccountStatus", "states of an account", Object.keys(AccountStatus.keys)],
])("%s lists the core's %s", (name, _, values) => {
  expect(valuesOf(name)).toEqual([...values].sort());
});

describe("the schema has a field for each column of the ledger's codecs", () => {
  const fieldsIn = (name: string) => Object.keys(objectType(name).getFields());

  it.each(ledger.state.names)("Account has %s", (column) => {
    expect(fieldsIn("Account")).toContain(column);
  });

  it.each(ledger.entry.names)("Entry has %s", (column) => {
    expect(fieldsIn("Entry")).toContain(column);
  });

  it.each(eventTypes)("RecordedEvent has the data of %s", (type) => {
    const { data } = accountEvents[type];
    expect(fieldsIn("RecordedEvent")).toEqual(expect.arrayContaining(Object.keys(fieldsOf(data))));
  });

  it("AccountChange has what the publisher sends, and nothing else", () => {
    expect(fieldsIn("AccountChange").sort()).toEqual([...changeFields(ledger)].sort());
  });
});

it("AccountChangeInput has the fields of AccountChange, and their types", () => {
  const shapeOf = (type: GraphQLObjectType | GraphQLInputObjectType) =>
    Object.fromEntries(Object.values(type.getFields()).map((f) => [f.name, String(f.type)]));
  expect(shapeOf(inputType("AccountChangeInput"))).toEqual(shapeOf(objectType("AccountChange")));
});

describe("the authorization in the schema", () => {
  const directivesOf = (type: string, field?: string) => {
    const node = field === undefined ? objectType(type) : objectType(type).getFields()[field];
    return (node?.astNode?.directives ?? []).map(({ name }) => name.value);
  };

  it("publishing a change is for IAM alone, and nothing else is for IAM", () => {
    expect(directivesOf("Mutation", "publishAccountChange")).toEqual(["aws_iam"]);
    const others = ["Query", "Mutation", "Subscription"].flatMap((type) =>
      Object.keys(objectType(type).getFields())
        .filter((field) => field !== "publishAccountChange")
        .map((field) => directivesOf(type, field)),
    );
    expect(others.flat()).not.toContain("aws_iam");
  });

  it("suspended streams are listed and resumed by operators alone", () => {
    for (const [type, field] of [
      ["Query", "suspendedStreams"],
      ["Mutation", "resumeStream"],
    ] as const) {
      const directives = objectType(type).getFields()[field]?.astNode?.directives;
      expect(readDirective(directives, "aws_cognito_user_pools")).toEqual({
        cognito_groups: ["operators"],
      });
    }
  });

  it("a change is read by the projector that publishes it and by the users that it is for", () => {
    expect(directivesOf("AccountChange").sort()).toEqual(["aws_cognito_user_pools", "aws_iam"]);
  });

  it("a subscription has to name the owner", () => {
    const args = objectType("Subscription").getFields().onAccountChange?.args ?? [];
    expect(args.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "owner: ID!",
      "accountId: ID",
    ]);
  });
});
