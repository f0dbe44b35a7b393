/**
 * $util.transform. AWS documents one filter; how the others come out is what AppSync has answered to the tests of
 * localstack/appsync-utils. Where it answers null there, the filter is refused here.
 */
import { entriesOf, isArray, isList, isMap, JavaError, javaTypeName, newMap } from "./java-values";
import { attributeValue } from "./util-dynamodb";
import { Namespace, takes } from "./util-namespace";

export const transformUtil = new Namespace("$util.transform", {
  toDynamoDBFilterExpression: takes(1, (args) => new FilterExpression(args.map(0)).toJson()),
});

const comparisons: Readonly<Record<string, string>> = {
  eq: "=",
  ne: "<>",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

const functions: Readonly<Record<string, string>> = {
  contains: "contains",
  notContains: "NOT contains",
  beginsWith: "begins_with",
};

const attributeTypes: Readonly<Record<string, string>> = {
  _null: "NULL",
  binary: "B",
  binarySet: "BS",
  boolean: "BOOL",
  list: "L",
  map: "M",
  number: "N",
  numberSet: "NS",
  string: "S",
  stringSet: "SS",
};

/** Where in the filter something stands. The placeholders of the values are named after it. */
type Path = readonly (string | number)[];

class FilterExpression {
  readonly #names = newMap();
  readonly #values = newMap();
  readonly #expression: string;

  constructor(filter: unknown) {
    this.#expression = this.#filter(filter, []).join(" AND ");
  }

  toJson(): string {
    return JSON.stringify({
      expression: this.#expression,
      expressionNames: this.#names,
      expressionValues: this.#values,
    });
  }

  /** One term for each member: a field, or "and", "or", "not". */
  #filter(filter: unknown, path: Path): readonly string[] {
    return entries(filter, path).map(([key, member]) => {
      const inside = [...path, key];
      switch (key) {
        case "and":
        case "or":
          return this.#group(key, member, inside);
        case "not":
          return `(NOT ${joined(this.#filter(member, inside), "AND")})`;
      }
      this.#names[`#${key}`] = key;
      return this.#operators(`#${key}`, member, inside);
    });
  }

  #group(key: "and" | "or", filters: unknown, path: Path): string {
    const terms = list(filters, path, 0).map((filter, index) =>
      this.#filter(filter, [...path, index]).join(" AND "),
    );
    return joined(terms, key.toUpperCase());
  }

  #operators(target: string, operators: unknown, path: Path): string {
    const terms = entries(operators, path).map(([operator, operand]) =>
      this.#term(target, operator, operand, [...path, operator]),
    );
    return joined(terms, "AND");
  }

  #term(target: string, operator: string, operand: unknown, path: Path): string {
    if (Object.hasOwn(comparisons, operator)) {
      return `(${target} ${comparisons[operator]} ${this.#value(operand, path)})`;
    }
    if (Object.hasOwn(functions, operator)) {
      return `(${functions[operator]}(${target},${this.#value(operand, path)}))`;
    }
    switch (operator) {
      case "between": {
        const [start, end] = list(operand, path, 2);
        const from = this.#value(start, [...path, "start"]);
        return `(${target} BETWEEN ${from} AND ${this.#value(end, [...path, "end"])})`;
      }
      case "in": {
        const values = list(operand, path, 1).map((each, index) =>
          this.#value(each, [...path, index]),
        );
        return `(${target} IN (${values.join(", ")}))`;
      }
      case "attributeExists":
        return `(${exists(operand, path)}(${target}))`;
      case "attributeType":
        return `(attribute_type(${target},${this.#value(attributeType(operand, path), path)}))`;
      case "size":
        // A size in a size is the same size.
        return this.#operators(target.replace(/^#.*/s, "size($&)"), operand, path);
      default:
        return refuse(path, "is not an operator");
    }
  }

  #value(operand: unknown, path: Path): string {
    const placeholder = `:${path.join("_")}`;
    if (Object.hasOwn(this.#values, placeholder)) {
      refuse(path, `gets the placeholder of another value, ${placeholder}`);
    }
    this.#values[placeholder] = attributeValue(operand);
    return placeholder;
  }
}

function joined(terms: readonly string[], operator: string): string {
  const text = terms.join(` ${operator} `);
  return terms.length > 1 ? `(${text})` : text;
}

function entries(value: unknown, path: Path): [string, unknown][] {
  return isMap(value)
    ? entriesOf(value)
    : refuse(path, `must be a Map, got ${javaTypeName(value)}`);
}

function list(value: unknown, path: Path, fewest: number): readonly unknown[] {
  return isList(value) && !isArray(value) && value.length >= fewest
    ? value
    : refuse(path, `must be a List of ${fewest} or more, got ${javaTypeName(value)}`);
}

function exists(value: unknown, path: Path): string {
  if (typeof value !== "boolean") {
    return refuse(path, `must be a Boolean, got ${javaTypeName(value)}`);
  }
  return value ? "attribute_exists" : "attribute_not_exists";
}

function attributeType(value: unknown, path: Path): string | undefined {
  return typeof value === "string" && Object.hasOwn(attributeTypes, value)
    ? attributeTypes[value]
    : refuse(path, `must be one of ${Object.keys(attributeTypes).join(", ")}`);
}

function refuse(path: Path, reason: string): never {
  const place = path.length === 0 ? "the filter" : path.join(".");
  throw new JavaError(`$util.transform.toDynamoDBFilterExpression: ${place} ${reason}`);
}
