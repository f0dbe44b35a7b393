/** A template's syntax tree. */

export type Step =
  | { readonly kind: "property"; readonly name: string }
  | { readonly kind: "method"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "index"; readonly key: Expression };

export interface Reference {
  readonly kind: "reference";
  readonly line: number;
  readonly root: string;
  readonly steps: readonly Step[];
  /** If null, `$!x` renders as nothing; `$x` would render as its own text. */
  readonly quiet: boolean;
  /** Half of the backslashes before it, which are rendered. */
  readonly backslashes: string;
  /** A `$` or `#` directly before it, which is text. */
  readonly prefix: string;
  /** Its own text, where an odd number of backslashes before it escapes it. */
  readonly escaped?: string;
}

export type Operator = "||" | "&&" | "!" | Arithmetic | Comparison;
export type Arithmetic = "-" | "+" | "*" | "/" | "%";
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** A number of Java: a double keeps the digits that it is written with. */
export type Literal =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "double"; readonly value: number };

export type Expression =
  | Reference
  | Literal
  /** Only an argument of a method. */
  | { readonly kind: "null" }
  /** A string in double quotes is a template. */
  | {
      readonly kind: "interpolation";
      readonly parts: readonly Statement[];
      /** Velocity renders one space more than is written, and cuts the last character off again. */
      readonly padded: boolean;
    }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "range"; readonly from: Expression; readonly to: Expression }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | {
      readonly kind: "operation";
      readonly operator: Operator;
      readonly operands: readonly Expression[];
    };

export interface Branch {
  /** null for #else */
  readonly condition: Expression | null;
  readonly body: readonly Statement[];
}

export interface Foreach {
  readonly kind: "foreach";
  readonly line: number;
  readonly variable: string;
  readonly items: Expression;
  readonly body: readonly Statement[];
}

export type Statement =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly line: number; readonly reference: Reference }
  | {
      readonly kind: "set";
      readonly line: number;
      readonly target: Reference;
      readonly value: Expression;
    }
  | { readonly kind: "if"; readonly line: number; readonly branches: readonly Branch[] }
  | Foreach
  | { readonly kind: "return"; readonly line: number; readonly value: Expression | null }
  | { readonly kind: "break"; readonly line: number }
  | { readonly kind: "stop"; readonly line: number };

/** The reference as written in the template, without arguments. */
export function describeReference(reference: Reference): string {
  const steps = reference.steps.map(describeStep);
  return `$${reference.root}${steps.join("")}`;
}

function describeStep(step: Step): string {
  switch (step.kind) {
    case "property":
      return `.${step.name}`;
    case "method":
      return `.${step.name}(${step.args.length > 0 ? "…" : ""})`;
    case "index":
      return "[…]";
  }
}
