/** Rules about the document and its operations. */
import { Kind } from "graphql";
import { type Rule, report } from "./rule";

export const executableDefinitions: Rule = (context) => ({
  Document({ definitions }) {
    for (const node of definitions) {
      if (node.kind !== Kind.OPERATION_DEFINITION && node.kind !== Kind.FRAGMENT_DEFINITION) {
        const name =
          node.kind === Kind.SCHEMA_DEFINITION
            ? "schema"
            : "name" in node && node.kind !== Kind.DIRECTIVE_DEFINITION
              ? node.name?.value
              : "provided";
        const description = `The ${name} definition is not executable.`;
        report(context, "NonExecutableDefinition", description, [node]);
      }
    }
  },
});

export const loneAnonymousOperation: Rule = (context) => {
  let hasAnonymous = false;
  let count = 0;
  return {
    OperationDefinition(node) {
      const description =
        node.name === undefined
          ? count > 0 && "Anonymous operation with other operations."
          : hasAnonymous && `Operation ${node.name.value} is following anonymous operation.`;
      hasAnonymous ||= node.name === undefined;
      count += 1;
      if (description) {
        report(context, "LoneAnonymousOperationViolation", description, [node]);
      }
    },
  };
};

export const uniqueOperationNames: Rule = (context) => {
  const names = new Set<string>();
  return {
    OperationDefinition(node) {
      const name = node.name?.value;
      if (name !== undefined && names.has(name)) {
        const description = `There can be only one operation named '${name}'`;
        report(context, "DuplicateOperationName", description, [node]);
      }
      names.add(name ?? "");
    },
  };
};
