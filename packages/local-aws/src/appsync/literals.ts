/** Whether the literals of a document fit their types, and graphql-java's words for those that do not. */
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  type ValueNode,
} from "graphql";
import { CoercionError } from "./coercing";
import { coercingOf } from "./scalars";

export interface LiteralError {
  /** Steps into the literal, such as ".name" and "[0]". */
  readonly path: string;
  /** The part that the message shows; otherwise it shows the whole literal. */
  readonly node?: ValueNode;
  readonly message: string;
}

/** Returns the first mistake in a literal. A variable in it fits: rules of their own check those. */
export function findLiteralError(
  node: ValueNode,
  type: GraphQLInputType,
): LiteralError | undefined {
  if (node.kind === Kind.NULL) {
    return isNonNullType(type) ? { path: "", node, message: "must not be null" } : undefined;
  }
  if (node.kind === Kind.VARIABLE) {
    return undefined;
  }
  if (isNonNullType(type)) {
    return findLiteralError(node, type.ofType);
  }
  if (isListType(type)) {
    return node.kind === Kind.LIST
      ? firstError(node.values.map((item, index) => [`[${index}]`, item, type.ofType]))
      : findLiteralError(node, type.ofType);
  }
  if (isInputObjectType(type)) {
    return findObjectError(node, type);
  }
  return isLeafType(type) && !isLiteralOf(node, type)
    ? { path: "", node, message: `is not a valid '${type.name}'` }
    : undefined;
}

function findObjectError(node: ValueNode, type: GraphQLInputObjectType): LiteralError | undefined {
  if (node.kind !== Kind.OBJECT) {
    return { path: "", message: "must be an object type" };
  }
  const fields = type.getFields();
  const given = new Set(node.fields.map(({ name }) => name.value));
  const missing = Object.values(fields).filter(
    (field) => isRequiredInputField(field) && !given.has(field.name),
  );
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(", ");
    return { path: "", message: `is missing required fields '[${names}]'` };
  }
  for (const { name, value } of node.fields) {
    const field = Object.hasOwn(fields, name.value) ? fields[name.value] : undefined;
    if (field === undefined) {
      const message = `contains a field not in '${type.name}': '${name.value}'`;
      return { path: "", message };
    }
    const error = firstError([[`.${name.value}`, value, field.type]]);
    if (error !== undefined) {
      return error;
    }
  }
  return undefined;
}

function firstError(
  members: readonly (readonly [step: string, ValueNode, GraphQLInputType])[],
): LiteralError | undefined {
  for (const [step, node, type] of members) {
    const error = findLiteralError(node, type);
    if (error !== undefined) {
      return { ...error, path: step + error.path };
    }
  }
  return undefined;
}

function isLiteralOf(node: ValueNode, type: Parameters<typeof coercingOf>[0]): boolean {
  try {
    coercingOf(type).parseLiteral(node);
    return true;
  } catch (error) {
    if (error instanceof CoercionError) {
      return false;
    }
    throw error;
  }
}

/** toString() of graphql-java's nodes. */
export function literalText(node: ValueNode): string {
  switch (node.kind) {
    case Kind.STRING:
      return `StringValue{value='${node.value}'}`;
    case Kind.ENUM:
      return `EnumValue{name='${node.value}'}`;
    case Kind.VARIABLE:
      return `VariableReference{name='${node.name.value}'}`;
    case Kind.NULL:
      return "NullValue{}";
    case Kind.LIST:
      return `ArrayValue{values=[${node.values.map(literalText).join(", ")}]}`;
    case Kind.OBJECT: {
      const fields = node.fields.map(
        ({ name, value }) => `ObjectField{name='${name.value}', value=${literalText(value)}}`,
      );
      return `ObjectValue{objectFields=[${fields.join(", ")}]}`;
    }
    case Kind.INT:
      return `IntValue{value=${BigInt(node.value)}}`;
    default:
      // FloatValue, BooleanValue
      return `${node.kind}{value=${node.value}}`;
  }
}
