/** Formats the errors of a response as AppSync does. */
import { type ASTNode, type GraphQLResolveInfo, responsePathAsArray } from "graphql";
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

/** The error of a template or a data source, at its field. */
export function formatResolverError(
  error: ErrorDetails,
  info: Pick<GraphQLResolveInfo, "path" | "fieldNodes">,
): FormattedError {
  const { data, errorType, errorInfo, message } = error;
  const path = responsePathAsArray(info.path);
  return { path, data, errorType, errorInfo, locations: locate(info.fieldNodes[0]), message };
}

/** The error of a request as a whole, such as an invalid document or variable. */
export function formatRequestError(message: string, locations: FormattedError["locations"]) {
  return { path: null, locations, message };
}

/** Reduces the error's data to what the client selects of this field. */
export function visibleTo(details: ErrorDetails, info: GraphQLResolveInfo): ResolverError {
  const { message, errorType, errorInfo } = details;
  const data = filterBySelection(details.data, info);
  return new ResolverError({ message, errorType, errorInfo, data });
}

export function locate(...nodes: readonly (ASTNode | undefined)[]): readonly Location[] | null {
  const tokens = nodes.flatMap((node) => node?.loc?.startToken ?? []);
  return tokens.length === 0
    ? null
    : tokens.map(({ line, column }) => ({ line, column, sourceName: null }));
}
