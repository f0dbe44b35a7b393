/** Operations, and what can be a condition. */
import type { Expression, Operator } from "./vtl-syntax";
import { TemplateSyntaxError, type Token } from "./vtl-syntax-error";

export function operation(
  operator: Operator,
  operands: readonly Expression[],
  token: Token,
): Expression {
  if (operator === "!" || operator === "&&" || operator === "||") {
    for (const operand of operands) {
      requireCondition(operand, token);
    }
  }
  return { kind: "operation", operator, operands };
}

/** Throws TemplateSyntaxError for a condition that Velocity's versions answer differently. */
export function requireCondition(expression: Expression, token: Token): void {
  const isArithmetic = expression.kind === "operation" && "+-*/%".includes(expression.operator);
  if (isArithmetic || !["reference", "boolean", "operation"].includes(expression.kind)) {
    throw new TemplateSyntaxError(
      "a condition that is neither a reference nor a comparison is false in Velocity 1, and may be true in Velocity 2: compare explicitly",
      token,
    );
  }
}
