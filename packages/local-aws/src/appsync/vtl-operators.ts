/** Velocity's operators. They throw JavaError for unsupported operands. */

import {
  isArray,
  isList,
  isMap,
  JavaError,
  javaEquals,
  javaString,
  javaTypeName,
  View,
} from "./java-values";
import { calculate, compareNumbers, isNumber, type JavaNumber } from "./vtl-numbers";
import type { Arithmetic, Comparison } from "./vtl-syntax";

const maxRange = 10_000;

/** A list that cannot be changed: Velocity 2 refuses to. */
export function range(from: unknown, to: unknown): readonly number[] {
  const [first, last] = [rangeEnd(from), rangeEnd(to)];
  const length = Math.abs(last - first) + 1;
  if (length > maxRange) {
    throw new JavaError(`a range of ${length} numbers: here they have ${maxRange} at most`);
  }
  const step = first < last ? 1 : -1;
  return Object.freeze(Array.from({ length }, (_, index) => first + index * step));
}

function rangeEnd(value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new JavaError(`a range ends at a ${javaTypeName(value)} that is no Integer`);
  }
  return value;
}

/** Velocity's ==: numbers are compared by value, and values of different classes by their texts. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === null || b === null) {
    return a === b;
  }
  if (isNumber(a) && isNumber(b)) {
    return compareNumbers(a, b) === 0;
  }
  if (sameClass(a, b)) {
    return javaEquals(a, b);
  }
  if (a instanceof View || b instanceof View || isArray(a) || isArray(b)) {
    throw new JavaError(`== compares a ${javaTypeName(a)} and a ${javaTypeName(b)}`);
  }
  const same = javaString(a) === javaString(b);
  const [number, text] = isNumber(a) ? [a, b] : [b, a];
  if (isNumber(number) && same !== sameNumber(number, javaString(text))) {
    throw new JavaError(
      `${javaString(number)} == ${JSON.stringify(text)} compares texts in Velocity 1 and numbers in Velocity 2`,
    );
  }
  return same;
}

function sameClass(a: unknown, b: unknown): boolean {
  const known = [isList, isMap].some((is) => is(a) && is(b) && !isArray(a) && !isArray(b));
  const scalar = typeof a !== "object" && typeof a === typeof b;
  return (
    known || scalar || (typeof a === "object" && a?.constructor === b?.constructor && !isList(a))
  );
}

function sameNumber(number: JavaNumber, text: string): boolean {
  const isDigits = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
  return isDigits && Number(javaString(number)) === Number(text);
}

export function compare(operator: Comparison, a: unknown, b: unknown): boolean {
  if (a === null || b === null) {
    return false;
  }
  const order = compareNumbers(number(operator, a), number(operator, b));
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

export function arithmetic(operator: Arithmetic, a: unknown, b: unknown): unknown {
  const joins = operator === "+" && (typeof a === "string" || typeof b === "string");
  if (joins && a !== null && b !== null) {
    return javaString(a) + javaString(b);
  }
  return calculate(operator, number(operator, a), number(operator, b));
}

function number(operator: string, value: unknown): JavaNumber {
  if (!isNumber(value)) {
    throw new JavaError(`${operator} needs numbers, got a ${javaTypeName(value)}`);
  }
  return value;
}
