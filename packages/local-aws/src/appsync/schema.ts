/** Builds an API's schema: adds AppSync's scalars and directives and checks AppSync's own rules. */
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isObjectType,
  isScalarType,
  Kind,
  parse,
  type ScalarTypeDefinitionNode,
  TokenKind,
  validateSchema,
  valueFromASTUntyped,
  visit,
} from "graphql";
import { awsScalars } from "./scalars";

/** AppSync's quota for a schema. */
const maxSchemaBytes = 1024 * 1024;
/** AppSync's quota for a subscription field. */
const maxSubscriptionArguments = 5;

const prelude = parse(`
  directive @aws_cognito_user_pools(cognito_groups: [String]) on FIELD_DEFINITION | OBJECT
  directive @aws_iam on FIELD_DEFINITION | OBJECT
  directive @aws_api_key on FIELD_DEFINITION | OBJECT
  directive @aws_auth(cognito_groups: [String!]!) on FIELD_DEFINITION
  directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
`);

/**
 * Throws an Error that describes the first mistake in the schema.
 * @param several whether the API has more than one authorization mode
 */
export function buildSchema(sdl: string, several: boolean): GraphQLSchema {
  if (Buffer.byteLength(sdl) > maxSchemaBytes) {
    throw new Error("the schema is larger than the 1 MB that AppSync accepts");
  }
  const document = parse(sdl);
  rejectUnparsable(document);
  rejectOwnDefinitions(document);
  const schema = buildASTSchema({
    kind: Kind.DOCUMENT,
    definitions: [...prelude.definitions, ...usedScalars(document), ...document.definitions],
  });
  const [invalid] = validateSchema(schema);
  if (invalid !== undefined) {
    throw invalid;
  }
  attachScalarBehaviour(schema);
  checkAuthDirectives(schema, several);
  checkSubscriptions(schema);
  return schema;
}

/** Returns a directive's arguments, or undefined if the directive is absent. */
export function readDirective(
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const directive = directives?.find((candidate) => candidate.name.value === name);
  return (
    directive &&
    Object.fromEntries(
      (directive.arguments ?? []).map(({ name: argument, value }) => [
        argument.value,
        valueFromASTUntyped(value),
      ]),
    )
  );
}

/** The mutations whose results a subscription field delivers. */
export function publishingMutations(field: GraphQLField<unknown, unknown>): readonly string[] {
  const { mutations } = readDirective(field.astNode?.directives, "aws_subscribe") ?? {};
  return (mutations ?? []) as readonly string[];
}

/**
 * AppSync's parser predates descriptions and fails on comments among the values of an enum.
 * Sources: aws/aws-appsync-community issues 38, 55 and 410.
 */
function rejectUnparsable(document: DocumentNode): void {
  visit(document, {
    NamedType({ name, loc }) {
      if (name.value === "AWSPhone") {
        const reason = "it needs every country's numbering plan";
        throw new Error(`line ${loc?.startToken.line}: AWSPhone is not supported here, ${reason}`);
      }
    },
    StringValue(node, key) {
      if (key === "description") {
        const line = node.loc?.startToken.line;
        throw new Error(`line ${line}: AppSync takes no descriptions in quotes; write # comments`);
      }
    },
    EnumTypeDefinition(node) {
      if (hasCommentInside(node)) {
        throw new Error(`enum ${node.name.value}: AppSync takes no comments among its values`);
      }
    },
  });
}

function hasCommentInside({ name, loc }: EnumTypeDefinitionNode): boolean {
  for (let token = name.loc?.startToken; token && token !== loc?.endToken; ) {
    if (token.kind === TokenKind.COMMENT) {
      return true;
    }
    token = token.next ?? undefined;
  }
  return false;
}

/** To clients, a scalar that the schema does not use is an unknown type. */
function usedScalars(document: DocumentNode): readonly ScalarTypeDefinitionNode[] {
  const used = new Set<string>();
  visit(document, { NamedType: ({ name }) => void used.add(name.value) });
  return awsScalars
    .filter(([name]) => used.has(name))
    .map(([value]) => ({
      kind: Kind.SCALAR_TYPE_DEFINITION,
      name: { kind: Kind.NAME, value },
    }));
}

/** AppSync has no custom scalars and ignores custom directives; both would behave differently here. */
function rejectOwnDefinitions(document: DocumentNode): void {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.SCALAR_TYPE_DEFINITION) {
      throw new Error(`scalar ${definition.name.value}: AppSync has no custom scalars`);
    }
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) {
      throw new Error(`directive @${definition.name.value}: own directives are not supported here`);
    }
  }
}

/** Gives the scalars that the schema declares AppSync's parsing and serialization. */
function attachScalarBehaviour(schema: GraphQLSchema): void {
  for (const [name, { parseValue, parseLiteral, serialize }] of awsScalars) {
    const declared = schema.getType(name);
    if (isScalarType(declared)) {
      Object.assign(declared, { parseValue, parseLiteral, serialize });
    }
  }
}

function checkAuthDirectives(schema: GraphQLSchema, several: boolean): void {
  for (const [type, field] of fieldsOf(schema)) {
    if (several && readDirective(field.astNode?.directives, "aws_auth") !== undefined) {
      throw new Error(
        `${type.name}.${field.name}: @aws_auth works with a single authorization mode only, use @aws_cognito_user_pools`,
      );
    }
  }
}

function checkSubscriptions(schema: GraphQLSchema): void {
  const mutations = schema.getMutationType()?.getFields() ?? {};
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    const names = publishingMutations(field);
    if (names.length === 0) {
      throw new Error(`Subscription.${field.name} needs @aws_subscribe(mutations: […])`);
    }
    for (const name of names) {
      const mutation = mutations[name];
      if (mutation === undefined) {
        throw new Error(`Subscription.${field.name}: there is no mutation ${name}`);
      }
      checkSubscription(field, mutation);
    }
  }
}

function checkSubscription(
  field: GraphQLField<unknown, unknown>,
  mutation: GraphQLField<unknown, unknown>,
): void {
  const where = `Subscription.${field.name}`;
  if (String(getNullableType(field.type)) !== String(getNullableType(mutation.type))) {
    throw new Error(
      `${where} returns ${field.type}, but ${mutation.name} returns ${mutation.type}`,
    );
  }
  if (field.args.length > maxSubscriptionArguments) {
    throw new Error(`${where} has more than ${maxSubscriptionArguments} arguments`);
  }
  const payload = getNamedType(mutation.type);
  for (const argument of field.args) {
    const source = isObjectType(payload) ? payload.getFields()[argument.name] : undefined;
    if (source === undefined) {
      throw new Error(`${where}: the argument ${argument.name} is not a field of ${payload}`);
    }
    if (String(getNullableType(source.type)) !== String(getNullableType(argument.type))) {
      throw new Error(
        `${where}: the argument ${argument.name} is ${argument.type}, the field of ${payload} is ${source.type}`,
      );
    }
  }
}

function* fieldsOf(
  schema: GraphQLSchema,
): Generator<[GraphQLObjectType, GraphQLField<unknown, unknown>]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield [type, field];
      }
    }
  }
}
