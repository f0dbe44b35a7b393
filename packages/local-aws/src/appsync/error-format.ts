/** Formats the errors of a response as AppSync does. */
import {
  type GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNullableType,
  isObjectType,
} from "graphql";
import { type ErrorDetails, ResolverError } from "./errors";
import { filterBySelection } from "./selection";

export interface FormattedError {
  readonly path: readonly (string | number)[] | null;
  readonly locations: readonly Location[] | null;
  readonly message: string;
  readonly errorType?: string | null;
  readonly data?: unknown;
  readonly errorInfo?: unknown;
}

interface Location {
  readonly line: number;
  readonly column: number;
  readonly sourceName: null;
}

export function formatError(error: GraphQLError, schema: GraphQLSchema): FormattedError {
  const place = { path: error.path ?? null, locations: formatLocations(error) };
  return error.originalError instanceof ResolverError
    ? { ...place, ...formatDetails(error.originalError) }
    : { ...place, message: toAppSyncMessage(error, schema) };
}

export function formatDetails(details: ErrorDetails) {
  const { data, errorType, errorInfo, message } = details;
  return { data, errorType, errorInfo, message };
}

/** Reduces the error's data to what the client selects of this field. */
export function visibleTo(details: ErrorDetails, info: GraphQLResolveInfo): ResolverError {
  const { message, errorType, errorInfo } = details;
  const data = filterBySelection(details.data, info);
  return new ResolverError({ message, errorType, errorInfo, data });
}

export function formatLocations(error: GraphQLError): readonly Location[] | null {
  return error.locations?.map(({ line, column }) => ({ line, column, sourceName: null })) ?? null;
}

/** Clients match AppSync's wording of the most frequent error. */
function toAppSyncMessage({ message, path = [] }: GraphQLError, schema: GraphQLSchema): string {
  const [, typeName = "", fieldName = ""] =
    /^Cannot return null for non-nullable field (\w+)\.(\w+)\.$/.exec(message) ?? [];
  const parent = schema.getType(typeName);
  const field = isObjectType(parent) ? parent.getFields()[fieldName] : undefined;
  return field === undefined
    ? message
    : `Cannot return null for non-nullable type: '${getNullableType(field.type)}' within parent '${typeName}' (/${path.join("/")})`;
}
