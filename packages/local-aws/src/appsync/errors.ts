/** Errors as AppSync returns them to clients. */
import { HttpError } from "../http-request";
import type { JavaMap } from "./java-values";

/** One entry of the response's `errors`, without path and locations, which the execution adds. */
export interface ErrorDetails {
  readonly message: string;
  readonly errorType: string | null;
  /** Filtered by the field's selection set before it is sent. */
  readonly data: unknown;
  /** Sent unfiltered. */
  readonly errorInfo: unknown;
}

/** A field's resolver failed: the field is null and the response lists the error. */
export class ResolverError extends Error implements ErrorDetails {
  override readonly name = "ResolverError";
  readonly errorType: string | null;
  readonly data: unknown;
  readonly errorInfo: unknown;

  constructor(details: Partial<ErrorDetails> & { readonly message: string }) {
    super(details.message);
    this.errorType = details.errorType ?? null;
    this.data = details.data ?? null;
    this.errorInfo = details.errorInfo ?? null;
  }
}

/** The error of a template, or of the request document that it renders. */
export function mappingTemplateError(message: string): ResolverError {
  return new ResolverError({ message, errorType: "MappingTemplate" });
}

export function unauthorizedField(fieldName: string, typeName: string): ResolverError {
  const message = `Not Authorized to access ${fieldName} on type ${typeName}`;
  return new ResolverError({ message, errorType: "Unauthorized" });
}

/** Rejects the whole request: with an HTTP status, or with an error message over WebSocket. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly status: number,
    readonly errorType: string,
    message: string,
  ) {
    super(message);
  }

  get body(): { readonly errors: readonly JavaMap[] } {
    return { errors: [{ errorType: this.errorType, message: this.message }] };
  }
}

/** What a client is told of any error. The log gets what is not the client's fault. */
export function asRequestError(error: unknown, log: (line: string) => void): RequestError {
  if (error instanceof RequestError) {
    return error;
  }
  if (error instanceof HttpError) {
    return new RequestError(error.status, error.type, error.message);
  }
  log(`AppSync: ${error instanceof Error ? error.stack : String(error)}`);
  return new RequestError(500, "InternalFailure", "An internal failure occurred.");
}

export function unauthorizedRequest(message = "You are not authorized to make this call.") {
  return new RequestError(401, "UnauthorizedException", message);
}

export function malformedRequest(message: string) {
  return new RequestError(400, "MalformedHttpRequestException", message);
}
