/** Rules about fields, their arguments and their directives. */
import {
  type ASTNode,
  DirectiveLocation,
  type DirectiveNode,
  getNamedType,
  isLeafType,
  isRequiredArgument,
  Kind,
  OperationTypeNode,
  type ValidationContext,
} from "graphql";
import { findLiteralError, literalText } from "../literals";
import { type Ancestors, javaName, pathTo, type Rule, report } from "./rule";

export const argumentsOfCorrectType: Rule = (context) => ({
  Argument(node, _key, _parent, _path, ancestors) {
    const argument = context.getArgument();
    const error = argument && findLiteralError(node.value, argument.type);
    if (error) {
      const value = literalText(error.node ?? node.value);
      const description = `argument '${node.name.value}${error.path}' with value '${value}' ${error.message}`;
      report(context, "WrongType", description, [node], pathTo(node, ancestors));
    }
  },
});

/** What introspection has learnt since graphql-java 9: fields, and arguments of fields. */
const newerIntrospection: ReadonlySet<string> = new Set([
  "__Schema.description",
  "__Type.specifiedByURL",
  "__Type.isOneOf",
  "__InputValue.isDeprecated",
  "__InputValue.deprecationReason",
  "__Directive.isRepeatable",
  "__Directive.isDeprecated",
  "__Directive.deprecationReason",
  "__Schema.directives.includeDeprecated",
  "__Type.inputFields.includeDeprecated",
  "__Field.args.includeDeprecated",
  "__Directive.args.includeDeprecated",
]);

function isNewer(context: ValidationContext, argument?: string): boolean {
  const place = [context.getParentType()?.name, context.getFieldDef()?.name, argument];
  return newerIntrospection.has(place.filter((part) => part !== undefined).join("."));
}

/** @param introspection without it, the types of the introspection have no fields */
export const fieldsOnCorrectType =
  (introspection: boolean): Rule =>
  (context) => ({
    Field(node, _key, _parent, _path, ancestors) {
      const type = context.getParentType();
      const name = node.name.value;
      const hidden = !introspection && type?.name.startsWith("__") && name !== "__typename";
      if (type && (hidden || isNewer(context) || !context.getFieldDef())) {
        const description = `Field '${name}' in type '${type.name}' is undefined`;
        report(context, "FieldUndefined", description, [node], pathTo(node, ancestors));
        return false;
      }
      return undefined;
    },
  });

export const knownArgumentNames: Rule = (context) => ({
  Argument(node, _key, _parent, _path, ancestors) {
    const known = context.getArgument() && !isNewer(context, node.name.value);
    if (!known && (context.getDirective() ?? context.getFieldDef())) {
      const [type, what] = context.getDirective()
        ? ["UnknownDirective", "directive"]
        : ["UnknownArgument", "field"];
      const description = `Unknown ${what} argument ${node.name.value}`;
      report(context, type, description, [node], pathTo(node, ancestors));
    }
  },
});

export const knownDirectives: Rule = (context) => ({
  Directive(node, _key, _parent, _path, ancestors) {
    const known = context.getDirective();
    const name = node.name.value;
    const path = pathTo(node, ancestors);
    if (!known) {
      report(context, "UnknownDirective", `Unknown directive ${name}`, [node], path);
    } else if (!known.locations.some((location) => location === locationOf(holder(ancestors)))) {
      report(context, "MisplacedDirective", `Directive ${name} not allowed here`, [node], path);
    }
  },
});

/** The node that a directive is at. */
function holder(ancestors: Ancestors): ASTNode | undefined {
  return ancestors.filter((each): each is ASTNode => each !== undefined && "kind" in each).at(-1);
}

function locationOf(node: ASTNode | undefined): DirectiveLocation | undefined {
  switch (node?.kind) {
    case Kind.OPERATION_DEFINITION:
      return node.operation === OperationTypeNode.QUERY
        ? DirectiveLocation.QUERY
        : DirectiveLocation.MUTATION;
    case Kind.FIELD:
      return DirectiveLocation.FIELD;
    case Kind.FRAGMENT_SPREAD:
      return DirectiveLocation.FRAGMENT_SPREAD;
    case Kind.FRAGMENT_DEFINITION:
      return DirectiveLocation.FRAGMENT_DEFINITION;
    case Kind.INLINE_FRAGMENT:
      return DirectiveLocation.INLINE_FRAGMENT;
    default:
      return undefined;
  }
}

export const uniqueDirectives: Rule = (context) => ({
  enter(node, _key, _parent, _path, ancestors) {
    const directives: readonly DirectiveNode[] = ("directives" in node && node.directives) || [];
    const names = new Set<string>();
    for (const directive of directives) {
      const name = directive.name.value;
      if (names.has(name)) {
        const description = `Directives must be uniquely named within a location. The directive '${name}' used on a '${node.kind}' is not unique.`;
        const path = pathTo(node, ancestors);
        report(context, "DuplicateDirectiveName", description, [directive], path);
      }
      names.add(name);
    }
  },
});

export const providedNonNullArguments: Rule = (context) => ({
  Field(node, _key, _parent, _path, ancestors) {
    for (const { name } of missing(context.getFieldDef()?.args, node.arguments)) {
      const description = `Missing field argument ${name}`;
      report(context, "MissingFieldArgument", description, [node], pathTo(node, ancestors));
    }
  },
  Directive(node, _key, _parent, _path, ancestors) {
    for (const { name } of missing(context.getDirective()?.args, node.arguments)) {
      const description = `Missing directive argument ${name}`;
      report(context, "MissingDirectiveArgument", description, [node], pathTo(node, ancestors));
    }
  },
});

function missing<Argument extends Parameters<typeof isRequiredArgument>[0]>(
  types: readonly Argument[] = [],
  nodes: readonly { readonly name: { readonly value: string } }[] = [],
): readonly Argument[] {
  const given = new Set(nodes.map(({ name }) => name.value));
  return types.filter((type) => isRequiredArgument(type) && !given.has(type.name));
}

export const scalarLeafs: Rule = (context) => ({
  Field(node, _key, _parent, _path, ancestors) {
    const type = context.getType();
    if (!type) {
      return;
    }
    const about = `type ${javaName(type)} of field ${node.name.value}`;
    const isLeaf = isLeafType(getNamedType(type));
    if (isLeaf && node.selectionSet) {
      const description = `Sub selection not allowed on leaf ${about}`;
      report(context, "SubSelectionNotAllowed", description, [node], pathTo(node, ancestors));
    } else if (!isLeaf && !node.selectionSet) {
      const description = `Sub selection required for ${about}`;
      report(context, "SubSelectionRequired", description, [node], pathTo(node, ancestors));
    }
  },
});
