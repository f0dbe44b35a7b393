/** A template's syntax tree. */

export type Step =
  | { readonly kind: "property"; readonly name: string }
  | { readonly kind: "method"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "index"; readonly key: Expression };

export interface Reference {
  readonly kind: "reference";
  readonly root: string;
  readonly steps: readonly Step[];
  /** If null, `$!x` renders as nothing; `$x` would render as its own text. */
  readonly quiet: boolean;
}

export type Operator = "||" | "&&" | "!" | "-" | "+" | "*" | "/" | "%" | Comparison;
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

export type Expression =
  | Reference
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "interpolation"; readonly parts: readonly Statement[] }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "range"; readonly from: Expression; readonly to: Expression }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Expression])[] }
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
  | {
      readonly kind: "foreach";
      readonly line: number;
      readonly variable: string;
      readonly items: Expression;
      readonly body: readonly Statement[];
    }
  | { readonly kind: "return"; readonly line: number; readonly value: Expression | null }
  | { readonly kind: "break"; readonly line: number };

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
