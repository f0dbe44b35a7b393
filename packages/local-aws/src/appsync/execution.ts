/**
 * Executes an operation as graphql-java 9 does, which differs from graphql-js in how it coerces values and in that it
 * completes every field, so that each null in a non-null place is reported.
 */
import {
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  OperationTypeNode,
  responsePathAsArray,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from "graphql";
import { CoercionError } from "./coercing";
import { collectFields, type MergedFields, type Selections } from "./collect-fields";
import { type FormattedError, formatResolverError } from "./error-format";
import { ResolverError } from "./errors";
import { coerceArguments, VariableError } from "./input-values";
import { type JavaMap, newMap } from "./java-values";
import { all, andThen, attempt, type MaybePromise } from "./maybe-promise";
import { coercingOf } from "./scalars";

type Path = GraphQLResolveInfo["path"];

/** Resolves a field that is no introspection field. May throw, or reject. */
export type FieldResolver = (
  source: unknown,
  args: JavaMap,
  info: GraphQLResolveInfo,
) => MaybePromise<unknown>;

export interface Executed {
  readonly data: JavaMap | null;
  readonly errors: readonly FormattedError[];
}

/** Where a value stands in the response. */
interface Place {
  readonly info: GraphQLResolveInfo;
  readonly path: Path;
  /** The type that contains it, as error messages name it. */
  readonly within: string;
}

/** The completed value of something that cannot be null but contains, or is, null. */
const lost = Symbol("lost");

/** Synchronous if every field is. Expects a valid operation. */
export function executeOperation(
  operation: OperationDefinitionNode,
  selections: Selections,
  source: unknown,
  resolve: FieldResolver,
): MaybePromise<Executed> {
  return new Execution(operation, selections, resolve).run(source);
}

class Execution {
  readonly #errors: FormattedError[] = [];
  /** Only one null in a non-null place is reported a path, and none where an error is reported already. */
  readonly #pathsInError = new Set<string>();
  readonly #operation: OperationDefinitionNode;
  readonly #selections: Selections;
  readonly #resolve: FieldResolver;

  constructor(operation: OperationDefinitionNode, selections: Selections, resolve: FieldResolver) {
    this.#operation = operation;
    this.#selections = selections;
    this.#resolve = resolve;
  }

  run(source: unknown): MaybePromise<Executed> {
    const { operation, selectionSet } = this.#operation;
    const type = this.#selections.schema.getRootType(operation) as GraphQLObjectType;
    const fields = collectFields(this.#selections, type, [selectionSet]);
    const data =
      operation === OperationTypeNode.MUTATION
        ? this.#serially(type, source, fields)
        : this.#fields(type, source, fields, undefined);
    return andThen(data, (value) => ({
      data: value === lost ? null : (value as JavaMap),
      errors: this.#errors,
    }));
  }

  async #serially(
    type: GraphQLObjectType,
    source: unknown,
    fields: MergedFields,
  ): Promise<unknown> {
    const values: unknown[] = [];
    for (const [key, nodes] of fields) {
      const value = await this.#field(type, source, key, nodes, undefined);
      if (value === lost) {
        // The response has no data any more: the mutations that follow do not run.
        return lost;
      }
      values.push(value);
    }
    return toObject(fields, values);
  }

  #fields(
    type: GraphQLObjectType,
    source: unknown,
    fields: MergedFields,
    path: Path | undefined,
  ): MaybePromise<unknown> {
    const values = [...fields].map(([key, nodes]) => this.#field(type, source, key, nodes, path));
    return all(values, (completed) => toObject(fields, completed));
  }

  #field(
    parentType: GraphQLObjectType,
    source: unknown,
    key: string,
    nodes: readonly [FieldNode, ...FieldNode[]],
    prev: Path | undefined,
  ): MaybePromise<unknown> {
    const { schema, fragments, variables } = this.#selections;
    const fieldName = nodes[0].name.value;
    const field = fieldOf(schema, parentType, fieldName);
    if (field === undefined) {
      throw new Error(`${parentType.name} has no field ${fieldName}`);
    }
    const path: Path = { prev, key, typename: parentType.name };
    const info: GraphQLResolveInfo = {
      fieldName,
      fieldNodes: nodes,
      returnType: field.type,
      parentType,
      path,
      schema,
      fragments,
      rootValue: undefined,
      operation: this.#operation,
      variableValues: variables,
    };
    const place = { info, path, within: parentType.name };
    const resolved = attempt(
      () => {
        const args = coerceArguments(field.args, nodes[0].arguments ?? [], variables);
        // Only introspection fields have a function of their own.
        return field.resolve === undefined
          ? this.#resolve(source, args, info)
          : field.resolve(source, args, undefined, info);
      },
      (error) => this.#failed(place, error),
    );
    return andThen(resolved, (value) => this.#complete(field.type, value, place));
  }

  #failed(place: Place, error: unknown): null {
    if (error instanceof VariableError) {
      return this.#report(place, error.message);
    }
    if (error instanceof ResolverError) {
      return this.#add(place.path, formatResolverError(error, place.info));
    }
    throw error;
  }

  #complete(type: GraphQLOutputType, value: unknown, place: Place): MaybePromise<unknown> {
    const nullable = getNullableType(type);
    return andThen(this.#completeNullable(nullable, value ?? null, place), (completed) => {
      if (!isNonNullType(type)) {
        return completed === lost ? null : completed;
      }
      if (completed === null) {
        this.#reportNull(nullable, place);
        return lost;
      }
      return completed;
    });
  }

  #completeNullable(type: GraphQLOutputType, value: unknown, place: Place): MaybePromise<unknown> {
    if (value === null) {
      return null;
    }
    if (isListType(type)) {
      return this.#completeList(type.ofType, value, place);
    }
    if (isLeafType(type)) {
      return this.#guard(place, () => coercingOf(type).serialize(value));
    }
    const { info, path } = place;
    const objectType = isObjectType(type) ? type : this.#typeOf(type as GraphQLAbstractType, value);
    if (objectType === undefined) {
      const reason = `The value's __typename names no type of ${type}`;
      return this.#report(place, `Can't resolve '${pathText(path)}'. ${reason}.`);
    }
    const selectionSets = info.fieldNodes.map(({ selectionSet }) => selectionSet);
    const fields = collectFields(this.#selections, objectType, selectionSets);
    return this.#fields(objectType, value, fields, path);
  }

  #completeList(itemType: GraphQLOutputType, value: unknown, place: Place): MaybePromise<unknown> {
    const { info, path } = place;
    if (!Array.isArray(value)) {
      const reason = "type mismatch error, expected type LIST";
      return this.#report(place, `Can't resolve value (${pathText(path)}) : ${reason}`);
    }
    const items = value.map((item, key) => {
      const itemPath: Path = { prev: path, key, typename: undefined };
      return this.#complete(itemType, item, { info, path: itemPath, within: "null" });
    });
    return all(items, (completed) => (completed.includes(lost) ? lost : completed));
  }

  #guard(place: Place, serialize: () => unknown): unknown {
    try {
      return serialize();
    } catch (error) {
      if (error instanceof CoercionError) {
        const message = `Can't serialize value (${pathText(place.path)}) : ${error.message}`;
        return this.#report(place, message);
      }
      throw error;
    }
  }

  #typeOf(type: GraphQLAbstractType, value: unknown): GraphQLObjectType | undefined {
    const { schema } = this.#selections;
    const name =
      typeof value === "object" && value !== null && Object.hasOwn(value, "__typename")
        ? (value as JavaMap).__typename
        : undefined;
    const found = schema.getType(String(name));
    return isObjectType(found) && schema.isSubType(type, found) ? found : undefined;
  }

  #reportNull(type: GraphQLOutputType, place: Place): void {
    if (!this.#pathsInError.has(pathText(place.path))) {
      // graphql-java has no name for a list.
      const name = isListType(type) ? "null" : String(type);
      const where = `within parent '${place.within}' (${pathText(place.path)})`;
      this.#report(place, `Cannot return null for non-nullable type: '${name}' ${where}`);
    }
  }

  /** Reports an error of the engine itself, which has no location. */
  #report({ path }: Place, message: string): null {
    return this.#add(path, { path: responsePathAsArray(path), locations: null, message });
  }

  #add(path: Path, error: FormattedError): null {
    this.#errors.push(error);
    this.#pathsInError.add(pathText(path));
    return null;
  }
}

function fieldOf(schema: GraphQLSchema, type: GraphQLObjectType, name: string) {
  if (name === TypeNameMetaFieldDef.name) {
    return TypeNameMetaFieldDef;
  }
  const ofQuery = [SchemaMetaFieldDef, TypeMetaFieldDef].find((field) => field.name === name);
  return type === schema.getQueryType() && ofQuery ? ofQuery : type.getFields()[name];
}

function toObject(fields: MergedFields, values: readonly unknown[]): unknown {
  return values.includes(lost)
    ? lost
    : newMap([...fields.keys()].map((key, index) => [key, values[index]] as const));
}

/** Such as /items[0]/name */
function pathText(path: Path): string {
  const keys = responsePathAsArray(path);
  return keys.map((key) => (typeof key === "number" ? `[${key}]` : `/${key}`)).join("");
}
