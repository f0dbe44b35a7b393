/** Rules about variables. */
import {
  type FragmentSpreadNode,
  GraphQLNonNull,
  type GraphQLType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type ValidationContext,
  type VariableDefinitionNode,
  type VariableNode,
  visit,
} from "graphql";
import { findLiteralError, literalText } from "../literals";
import { javaName, pathTo, type Rule, report } from "./rule";

interface Usage {
  readonly node: VariableNode;
  /** The type of the place that the variable stands in. */
  readonly type: GraphQLType | null | undefined;
  readonly definition: VariableDefinitionNode | undefined;
  readonly path: readonly string[];
}

/**
 * Visits the usages of variables in an operation and in the fragments that it spreads, each fragment once (graphql-java
 * visits it with each spread of it).
 */
const usageRule =
  (check: (context: ValidationContext, usage: Usage) => void): Rule =>
  (context) => {
    let operation: OperationDefinitionNode | undefined;
    let definitions = new Map<string, VariableDefinitionNode>();
    let visited = new Set<string>();
    const use = (node: VariableNode, type: Usage["type"], path: readonly string[]) =>
      check(context, { node, type, definition: definitions.get(node.name.value), path });
    const enterFragment = ({ name }: FragmentSpreadNode, path: readonly string[]): void => {
      const fragment = visited.has(name.value) ? undefined : context.getFragment(name.value);
      visited.add(name.value);
      if (!fragment) {
        return;
      }
      const types = new Map(
        context.getVariableUsages(fragment).map(({ node, type }) => [node, type]),
      );
      visit(fragment, {
        Variable(node, _key, _parent, _path, ancestors) {
          use(node, types.get(node), [...path, ...pathTo(node, ancestors)]);
        },
        FragmentSpread(node, _key, _parent, _path, ancestors) {
          enterFragment(node, [...path, ...pathTo(node, ancestors)]);
        },
      });
    };
    return {
      OperationDefinition: {
        enter(node) {
          operation = node;
          definitions = new Map(
            (node.variableDefinitions ?? []).map((each) => [each.variable.name.value, each]),
          );
          visited = new Set();
        },
        leave() {
          operation = undefined;
        },
      },
      Variable(node, _key, parent, _path, ancestors) {
        const declared = parent && "kind" in parent && parent.kind === Kind.VARIABLE_DEFINITION;
        if (operation && !declared) {
          use(node, context.getInputType(), pathTo(node, ancestors));
        }
      },
      FragmentSpread(node, _key, _parent, _path, ancestors) {
        if (operation) {
          enterFragment(node, pathTo(node, ancestors));
        }
      },
    };
  };

export const noUndefinedVariables = usageRule((context, { node, definition, path }) => {
  if (definition === undefined) {
    const description = `Undefined variable ${node.name.value}`;
    report(context, "UndefinedVariable", description, [node], path);
  }
});

export const variableTypesMatch = usageRule((context, { node, type, definition, path }) => {
  const declared = definition && typeFromAST(context.getSchema(), definition.type as never);
  if (!type || !definition || !declared) {
    return;
  }
  const effective =
    definition.defaultValue === undefined || isNonNullType(declared)
      ? declared
      : new GraphQLNonNull(declared);
  if (!fits(effective, type)) {
    const description = `Variable type '${effective}' doesn't match expected type '${type}'`;
    report(context, "VariableTypeMismatch", description, [node], path);
  }
});

function fits(actual: GraphQLType, expected: GraphQLType): boolean {
  if (isNonNullType(expected)) {
    return isNonNullType(actual) && fits(actual.ofType, expected.ofType);
  }
  if (isNonNullType(actual)) {
    return fits(actual.ofType, expected);
  }
  return isListType(actual) && isListType(expected)
    ? fits(actual.ofType, expected.ofType)
    : actual === expected;
}

export const noUnusedVariables: Rule = (context) => ({
  OperationDefinition: {
    leave(operation) {
      const used = new Set(
        context.getRecursiveVariableUsages(operation).map(({ node }) => node.name.value),
      );
      for (const definition of operation.variableDefinitions ?? []) {
        const name = definition.variable.name.value;
        if (!used.has(name)) {
          report(context, "UnusedVariable", `Unused variable ${name}`, [definition]);
        }
      }
    },
  },
});

export const defaultValuesOfCorrectType: Rule = (context) => ({
  VariableDefinition(node) {
    const type = context.getInputType();
    if (!type || node.defaultValue === undefined) {
      return;
    }
    if (isNonNullType(type)) {
      const description = "Missing value for non null type";
      report(context, "DefaultForNonNullArgument", description, [node]);
    }
    if (findLiteralError(node.defaultValue, type)) {
      const value = literalText(node.defaultValue);
      const description = `Bad default value ${value} for type ${javaName(type)}`;
      report(context, "BadValueForDefaultArg", description, [node]);
    }
  },
});

export const variablesAreInputTypes: Rule = (context) => ({
  VariableDefinition(node) {
    const type = typeFromAST(context.getSchema(), node.type as never);
    if (type && !isInputType(type)) {
      report(context, "NonInputTypeOnVariable", "Wrong type for a variable", [node]);
    }
  },
});
