import { type Input, ServiceError } from "../aws-json";
import { findUnknown } from "../inputs";

// What the operations' inputs have in common.

export function refuseUnknown(operation: string, input: Input, known: readonly string[]): void {
  const unknown = findUnknown(input, known);
  if (unknown !== undefined) {
    throw new ServiceError(
      "UnsupportedOperation",
      `${operation} with ${unknown} is not offered by the local SQS`,
    );
  }
}

/** A text that may not be left out, nor be empty. */
export function requiredText(input: Input, name: string): string {
  requireValue(input, name);
  const value = input[name];
  if (typeof value !== "string") {
    throw new ServiceError("SerializationException", `The parameter ${name} is not a text.`);
  }
  return value;
}

export function requireValue(input: Input, name: string): void {
  const value = input[name];
  if (value === undefined || value === null || value === "") {
    throw new ServiceError("MissingParameter", `The request must contain the parameter ${name}.`);
  }
}

export function integer(
  input: Input,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const value = input[name];
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw invalidValue(value, name, `Must be between ${least} and ${most}.`);
  }
  return value;
}

export function invalidValue(value: unknown, name: string, reason: string): ServiceError {
  return new ServiceError(
    "InvalidParameterValue",
    `Value ${typeof value === "string" ? value : JSON.stringify(value)} for parameter ${name} is invalid. Reason: ${reason}`,
  );
}

/** Selects the requested attributes; "All" requests every attribute. */
export function select(attributes: Record<string, string>, wanted: unknown) {
  const names: readonly unknown[] = Array.isArray(wanted) ? wanted : [];
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => names.includes("All") || names.includes(name)),
  );
}
