/** What the standard scalars and the enums accept, and how they convert it, as graphql-java 9 does. */
import { type GraphQLEnumType, Kind, type ValueNode } from "graphql";
import { JavaDouble, javaClassName, javaText, readDecimal, readWholeNumber } from "./java-numbers";

/** The methods throw CoercionError. None is called with null. */
export interface Coercing {
  /** @param value a variable's value, as parseJsonExactly reads it */
  parseValue(value: unknown): unknown;
  parseLiteral(node: ValueNode): unknown;
  /** @param value of a resolver's result */
  serialize(value: unknown): unknown;
}

/** Says what is wrong with a value; whoever catches it says where. */
export class CoercionError extends Error {
  override readonly name = "CoercionError";
}

export const standardScalars: readonly (readonly [name: string, Coercing])[] = [
  converting("Int", toInt, [Kind.INT]),
  converting("Float", toFloat, [Kind.INT, Kind.FLOAT]),
  converting("Boolean", toBoolean, [Kind.BOOLEAN]),
  converting("String", javaText, [Kind.STRING]),
  converting("ID", toId, [Kind.INT, Kind.STRING]),
];

/** @param convert the same for input and output; returns undefined for a value that it does not accept */
function converting(
  name: string,
  convert: (value: unknown) => unknown,
  literals: readonly Kind[],
): readonly [string, Coercing] {
  const read = (value: unknown) => {
    const converted = convert(value);
    if (converted === undefined) {
      throw new CoercionError(`Expected type '${name}' but was '${javaClassName(value)}'.`);
    }
    return converted;
  };
  const parseLiteral = (node: ValueNode) => {
    if (!literals.includes(node.kind)) {
      throw new CoercionError(`${node.kind} is no literal of ${name}`);
    }
    const value = literalValue(node);
    // A literal of ID may be longer than a variable's value.
    return name === "ID" ? String(value) : read(value);
  };
  return [name, { parseValue: read, parseLiteral, serialize: read }];
}

function literalValue(node: ValueNode): unknown {
  switch (node.kind) {
    case Kind.INT:
      return BigInt(node.value);
    case Kind.FLOAT:
      return new JavaDouble(Number(node.value));
    default:
      return "value" in node ? node.value : undefined;
  }
}

function isNumberOrText(value: unknown): boolean {
  return ["string", "number", "bigint"].includes(typeof value) || value instanceof JavaDouble;
}

function toInt(value: unknown): number | undefined {
  const whole = isNumberOrText(value) ? readWholeNumber(String(value)) : undefined;
  return whole !== undefined && BigInt.asIntN(32, whole) === whole ? Number(whole) : undefined;
}

function toFloat(value: unknown): number | undefined {
  const decimal = isNumberOrText(value) ? readDecimal(String(value)) : undefined;
  // JSON has no infinity, so that AppSync could not hand it on either.
  return Number.isFinite(decimal) ? decimal : undefined;
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") {
    return value;
  }
  if (typeof value === "string") {
    return value.toLowerCase() === "true";
  }
  return isNumberOrText(value) ? Number(value) !== 0 : undefined;
}

/** Integers beyond 64 bits and fractions are refused, as graphql-java did before 9.7. */
function toId(value: unknown): string | undefined {
  const accepted = ["String", "Integer", "Long"].includes(javaClassName(value));
  return accepted ? String(value) : undefined;
}

export function enumCoercing(type: GraphQLEnumType): Coercing {
  return {
    parseValue: (value) => {
      const name = javaText(value);
      if (type.getValue(name) === undefined) {
        const reason = `No value found for name '${name}'`;
        throw new CoercionError(`Invalid input for Enum '${type.name}'. ${reason}`);
      }
      return name;
    },
    parseLiteral: (node) => {
      if (node.kind !== Kind.ENUM || type.getValue(node.value) === undefined) {
        throw new CoercionError(`the literal is no value of ${type.name}`);
      }
      return node.value;
    },
    serialize: (value) => {
      if (typeof value !== "string" || type.getValue(value) === undefined) {
        const reason = `Unknown value '${javaText(value)}'`;
        throw new CoercionError(`Invalid input for Enum '${type.name}'. ${reason}`);
      }
      return value;
    },
  };
}
