/** Coerces variables and arguments as graphql-java 9 does. */
import {
  type ArgumentNode,
  type GraphQLArgument,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
} from "graphql";
import { CoercionError } from "./coercing";
import { javaClassName } from "./java-numbers";
import { type JavaMap, newMap } from "./java-values";
import { coercingOf } from "./scalars";

/** Without a prototype: a variable may have any name. */
export type Variables = Readonly<JavaMap>;

/** A variable's value does not fit its type: the whole operation is refused. */
export class VariableError extends Error {
  override readonly name = "VariableError";

  /** @param definition where the variable is declared, unless AppSync does not say it */
  constructor(
    message: string,
    readonly definition?: VariableDefinitionNode,
  ) {
    super(message);
  }
}

/**
 * Throws VariableError for the first value that does not fit.
 * @param values as parseJsonExactly reads them; those of undeclared variables are ignored
 */
export function coerceVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  values: Readonly<Record<string, unknown>>,
): Variables {
  const variables = newMap();
  for (const definition of definitions) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type as never) as GraphQLInputType;
    const given = Object.hasOwn(values, name);
    const value = given ? (values[name] ?? null) : null;
    if (value === null && definition.defaultValue !== undefined) {
      variables[name] = coerceLiteral(type, definition.defaultValue, newMap());
    } else if (given || isNonNullType(type)) {
      variables[name] = new VariableCoercion(definition).coerce(type, value, name);
    }
  }
  return variables;
}

class VariableCoercion {
  readonly #definition: VariableDefinitionNode;

  constructor(definition: VariableDefinitionNode) {
    this.#definition = definition;
  }

  /** @param inputName the variable, or the field inside of it */
  coerce(type: GraphQLInputType, value: unknown, inputName: string): unknown {
    if (isNonNullType(type)) {
      const coerced = this.coerce(type.ofType, value, inputName);
      if (coerced === null) {
        const { value: variable } = this.#definition.variable.name;
        const message = `Variable '${variable}' has coerced Null value for NonNull type '${type}'`;
        throw new VariableError(message, this.#definition);
      }
      return coerced;
    }
    if (value === null) {
      return null;
    }
    if (isListType(type)) {
      const items = Array.isArray(value) ? value : [value];
      return items.map((item) => this.coerce(type.ofType, item ?? null, inputName));
    }
    return isInputObjectType(type)
      ? this.#coerceObject(type, value, inputName)
      : this.#guard(inputName, () => coercingOf(type).parseValue(value));
  }

  #coerceObject(type: GraphQLInputObjectType, value: unknown, inputName: string): JavaMap {
    if (javaClassName(value) !== "LinkedHashMap") {
      return this.#guard(inputName, () => {
        const reason = `Expected type 'Map' but was '${javaClassName(value)}'.`;
        throw new CoercionError(
          `${reason} Variables for input objects must be an instance of type 'Map'.`,
        );
      });
    }
    const members = value as Readonly<Record<string, unknown>>;
    const fields = type.getFields();
    if (Object.keys(members).some((name) => !Object.hasOwn(fields, name))) {
      throw new VariableError(
        `The variables input contains a field that is not defined for input object type '${type}' `,
      );
    }
    const result = newMap();
    for (const { name, type: fieldType, defaultValue } of Object.values(fields)) {
      const given = Object.hasOwn(members, name);
      if (given || defaultValue !== undefined || isNonNullType(fieldType)) {
        const member = given ? (members[name] ?? null) : null;
        // A default does not help a non-null field: graphql-java coerces null first.
        result[name] = this.coerce(fieldType, member, name) ?? defaultValue ?? null;
      }
    }
    return result;
  }

  #guard<T>(inputName: string, coerce: () => T): T {
    try {
      return coerce();
    } catch (error) {
      if (error instanceof CoercionError) {
        const message = `Variable '${inputName}' has an invalid value. ${error.message}`;
        throw new VariableError(message, this.#definition);
      }
      throw error;
    }
  }
}

/**
 * An argument that is given as a variable without a value is null, not missing. Expects a valid document. Throws
 * VariableError for what only the variables' values show.
 */
export function coerceArguments(
  types: readonly GraphQLArgument[],
  nodes: readonly ArgumentNode[],
  variables: Variables,
): JavaMap {
  const result = newMap();
  for (const { name, type, defaultValue } of types) {
    const node = nodes.find((candidate) => candidate.name.value === name);
    if (node !== undefined) {
      result[name] = coerceLiteral(type, node.value, variables);
    } else if (defaultValue !== undefined && defaultValue !== null) {
      result[name] = defaultValue;
    }
  }
  return result;
}

function coerceLiteral(type: GraphQLInputType, node: ValueNode, variables: Variables): unknown {
  if (node.kind === Kind.VARIABLE) {
    return variables[node.name.value] ?? null;
  }
  if (node.kind === Kind.NULL) {
    return null;
  }
  if (isNonNullType(type)) {
    return coerceLiteral(type.ofType, node, variables);
  }
  if (isListType(type)) {
    const items = node.kind === Kind.LIST ? node.values : [node];
    return items.map((item) => coerceLiteral(type.ofType, item, variables));
  }
  return isLeafType(type)
    ? coercingOf(type).parseLiteral(node)
    : coerceObjectLiteral(type, node, variables);
}

function coerceObjectLiteral(
  type: GraphQLInputObjectType,
  node: ValueNode,
  variables: Variables,
): JavaMap {
  const nodes = node.kind === Kind.OBJECT ? node.fields : [];
  const result = newMap();
  for (const { name, type: fieldType, defaultValue = null } of Object.values(type.getFields())) {
    const value = nodes.find((field) => field.name.value === name)?.value;
    const missing =
      value === undefined ||
      (value.kind === Kind.VARIABLE && !Object.hasOwn(variables, value.name.value));
    if (!missing) {
      const coerced = coerceLiteral(fieldType, value, variables);
      result[name] = coerced ?? (value.kind === Kind.NULL ? null : defaultValue);
    } else if (value === undefined && defaultValue !== null) {
      result[name] = defaultValue;
    } else if (isNonNullType(fieldType)) {
      throw new VariableError(
        `Input field '${name}' has coerced Null value for NonNull type '${fieldType}'`,
      );
    }
  }
  return result;
}
