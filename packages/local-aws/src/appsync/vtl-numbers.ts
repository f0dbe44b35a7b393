/**
 * Java's numbers. An Integer is a JavaScript number, a Long a bigint, a Double an object of its own, because 2.0 is not
 * 2 in Java. Integers that JavaScript has rounded already are numbers as well; they can be handed on and no more.
 */

/** A template asks for what has no result in Java, or one that is not known here. */
export class JavaError extends Error {
  override readonly name = "JavaError";
}

export class Double {
  constructor(readonly value: number) {
    if (!Number.isFinite(value)) {
      throw new JavaError(`a number that is ${value} is not JSON`);
    }
  }

  /** Double.toString() */
  toString(): string {
    const { value } = this;
    const size = Math.abs(value);
    if (Object.is(value, -0)) {
      return "-0.0";
    }
    if (size === 0 || (size >= 1e-3 && size < 1e7)) {
      return Number.isInteger(value) ? `${value}.0` : String(value);
    }
    const [digits = "", exponent = ""] = value.toExponential().split("e");
    return `${digits.includes(".") ? digits : `${digits}.0`}E${exponent.replace("+", "")}`;
  }
}

export type JavaNumber = number | bigint | Double;

export function isNumber(value: unknown): value is JavaNumber {
  return typeof value === "number" || typeof value === "bigint" || value instanceof Double;
}

export function isInteger(value: unknown): value is number {
  return typeof value === "number" && isInt32(value);
}

function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
}

/** The number that Java would read from JSON. */
export function toJavaNumber(value: number): JavaNumber {
  if (!Number.isInteger(value)) {
    return new Double(value);
  }
  return Number.isSafeInteger(value) && !isInt32(value) ? BigInt(value) : value;
}

/** An Integer where it fits, and else a Long. */
export function integerOrLong(value: bigint): number | bigint {
  return isInt32(Number(value)) ? Number(value) : long(value);
}

export function long(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) {
    throw new JavaError(`${value} is more than a Long can be`);
  }
  return value;
}

/** Number.doubleValue() */
export function doubleValue(value: JavaNumber): number {
  return value instanceof Double ? value.value : Number(exact(value));
}

/** Number.intValue(): Java cuts off what does not fit. */
export function intValue(value: JavaNumber): number {
  if (value instanceof Double) {
    return Math.min(Math.max(Math.trunc(value.value), -(2 ** 31)), 2 ** 31 - 1) || 0;
  }
  return Number(BigInt.asIntN(32, exact(value)));
}

/** Number.longValue() */
export function longValue(value: JavaNumber): bigint {
  if (!(value instanceof Double)) {
    return exact(value);
  }
  const whole = BigInt(Math.trunc(value.value));
  const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
  return whole < least ? least : whole > most ? most : whole;
}

export function compareNumbers(left: JavaNumber, right: JavaNumber): number {
  const [a, b] =
    left instanceof Double || right instanceof Double
      ? [doubleValue(left), doubleValue(right)]
      : [exact(left), exact(right)];
  return a < b ? -1 : Number(a > b);
}

/** Number.equals(): other than `==`, it compares the classes, too. */
export function equalNumbers(left: JavaNumber, right: JavaNumber): boolean {
  if (left instanceof Double || right instanceof Double) {
    return left instanceof Double && right instanceof Double && Object.is(left.value, right.value);
  }
  exact(left);
  return left === right;
}

export function numberString(value: JavaNumber): string {
  return value instanceof Double ? value.toString() : exact(value).toString();
}

/** The integer, unless JavaScript has rounded it. */
export function exact(value: number | bigint): bigint {
  if (typeof value === "number" && !isInt32(value)) {
    throw new JavaError(`the number ${value} is too large to be exact here`);
  }
  return BigInt(value);
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

/** The result has the larger of the operands' classes, or the next one where it does not fit. */
export function calculate(
  operator: ArithmeticOperator,
  left: JavaNumber,
  right: JavaNumber,
): JavaNumber {
  if ((operator === "/" || operator === "%") && doubleValue(right) === 0) {
    throw new JavaError(`${operator} by zero is null in Velocity`);
  }
  if (left instanceof Double || right instanceof Double) {
    return new Double(onDoubles[operator](doubleValue(left), doubleValue(right)));
  }
  const result = onLongs[operator](exact(left), exact(right));
  return typeof left === "bigint" || typeof right === "bigint"
    ? long(result)
    : integerOrLong(result);
}

const onLongs: Readonly<Record<ArithmeticOperator, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};

const onDoubles: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};
