/** Velocity's operators. They throw JavaError for unsupported operands. */
import { JavaError, javaEquals, javaString, javaTypeName } from "./java-values";
import type { Comparison, Operator } from "./vtl-syntax";

export function range(from: number, to: number): number[] {
  const step = from <= to ? 1 : -1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + index * step);
}

/** Velocity's ==: values of different classes are equal if their texts are. */
export function sameValue(a: unknown, b: unknown): boolean {
  const scalars = [a, b].every((value) => value !== null && typeof value !== "object");
  return scalars ? javaString(a) === javaString(b) : javaEquals(a, b);
}

export function compare(operator: Comparison, a: unknown, b: unknown): boolean {
  if (a === null || b === null) {
    return false;
  }
  const [left, right] = [number(operator, a), number(operator, b)];
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    default:
      return left >= right;
  }
}

export function arithmetic(operator: "+" | "-" | "*" | "/" | "%", a: unknown, b: unknown): unknown {
  if (operator === "+" && typeof a === "string" && typeof b === "string") {
    return a + b;
  }
  const [left, right] = [number(operator, a), number(operator, b)];
  const result = calculate(operator, left, right);
  const integers = Number.isInteger(left) && Number.isInteger(right);
  if (!Number.isFinite(result) || (integers && !Number.isSafeInteger(result))) {
    throw new JavaError(`${left} ${operator} ${right} has no exact result`);
  }
  return result;
}

function calculate(operator: "+" | "-" | "*" | "/" | "%", left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "%":
      return left % right;
    case "/": {
      const quotient = left / right;
      // In Java the quotient of integers is an integer.
      return Number.isInteger(left) && Number.isInteger(right) ? Math.trunc(quotient) : quotient;
    }
  }
}

export function number(operator: Operator, value: unknown): number {
  if (typeof value !== "number") {
    throw new JavaError(`${operator} needs numbers, got a ${javaTypeName(value)}`);
  }
  return value;
}
