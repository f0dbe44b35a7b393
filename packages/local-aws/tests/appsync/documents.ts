/** Requests made up from a schema, for property tests: about half of them are meant to be valid. */
import fc from "fast-check";
import {
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";

export interface MadeUpRequest {
  readonly query: string;
  /** JSON */
  readonly variables: string;
}

export function madeUpRequests(schema: GraphQLSchema): fc.Arbitrary<MadeUpRequest> {
  return fc
    .array(fc.nat(9_999), { minLength: 20, maxLength: 150 })
    .map((choices) => new Writer(schema, choices).request());
}

/** The same, with parts of their texts removed, repeated or exchanged. */
export function brokenRequests(schema: GraphQLSchema): fc.Arbitrary<MadeUpRequest> {
  const token = fc.constantFrom("", "{", "}", "$v", '"', "@", "...F", "0", "on", "query");
  const edits = fc.array(fc.tuple(fc.nat(9_999), fc.nat(8), token), { minLength: 1, maxLength: 3 });
  return fc.tuple(madeUpRequests(schema), edits).map(([request, all]) => {
    const query = all.reduce((text, [at, length, replacement]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + replacement + text.slice(start + length);
    }, request.query);
    return { ...request, query };
  });
}

/** Names that mean something to JavaScript's objects come as often as others. */
const names = ["v", "w", "constructor", "__proto__", "valueOf", "hasOwnProperty"];
const fragmentNames = ["F", "G", "constructor", "__proto__"];

const literals: Readonly<Record<string, readonly string[]>> = {
  Int: ["1", "-0", "2147483647"],
  Float: ["1", "1.50", "1e3"],
  Boolean: ["true", "false"],
  String: ['"text"', '"""block"""', '""'],
  ID: ['"id"', "7", "12345678901234567890"],
};
const anyLiteral = ["null", '"x"', "1", "1.5", "true", "RED", "[]", "{}", "99999999999", "$w"];

const values: Readonly<Record<string, readonly string[]>> = {
  Int: ["1", "-7", "1.0", "1e2", '"1"', '"1.0"'],
  Float: ["1", "1.5", "1e-7", '"1e2"'],
  Boolean: ["true", "0", "1.5", '"TRUE"', '"x"'],
  String: ['"x"', "100", "1e10", "12345678901234567890", "true", '["a", null, 1.5]', '{"a": 1}'],
  ID: ['"x"', "9007199254740993", "1"],
};
const anyValue = [...Object.values(values).flat(), "null", "2147483648", "[]", '"RED"', '""'];

class Writer {
  readonly #schema: GraphQLSchema;
  readonly #choices: readonly number[];
  #next = 0;
  readonly #careful: boolean;
  readonly #variables = new Map<string, GraphQLType>();
  readonly #fragments = new Map<string, GraphQLNamedType>();
  #aliases = 0;

  constructor(schema: GraphQLSchema, choices: readonly number[]) {
    this.#schema = schema;
    this.#choices = choices;
    this.#careful = this.#choose(2) === 0;
  }

  request(): MadeUpRequest {
    const kind = this.#schema.getMutationType() && this.#chance(20) ? "mutation" : "query";
    const root = kind === "query" ? this.#schema.getQueryType() : this.#schema.getMutationType();
    const selections = this.#selections(root as GraphQLNamedType, 0);
    const fragments: string[] = [];
    for (const [name, type] of this.#fragments) {
      fragments.push(`fragment ${name} on ${type.name} ${this.#selections(type, 3)}`);
    }
    if (this.#wrong(30)) {
      this.#variables.set(this.#pick(names), this.#pick(this.#inputTypes()));
    }
    const declared = [...this.#variables].map(([name, type]) => {
      const hasDefault = this.#chance(20) && (this.#wrong(30) || !isNonNullType(type));
      return `$${name}: ${type}${hasDefault ? ` = ${this.#literal(type, 0, true)}` : ""}`;
    });
    const given = [...this.#variables]
      .filter(([, type]) => this.#chance(isNonNullType(type) ? 95 : 60))
      .map(([name, type]) => `"${name}": ${this.#json(type, 0)}`);
    const name = this.#chance(30) ? this.#pick(names) : "";
    const head = `${kind} ${name}${declared.length > 0 ? `(${declared.join(", ")})` : ""}`;
    const operation = head.trim() === "query" ? selections : `${head} ${selections}`;
    return {
      query: [operation, ...fragments].join("\n"),
      variables: `{${given.join(", ")}}`,
    };
  }

  #choose(count: number): number {
    const choice = this.#choices[this.#next % this.#choices.length] ?? 0;
    this.#next += 1;
    // A choice that is used again counts differently.
    return (choice + Math.floor(this.#next / this.#choices.length) * 7) % count;
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#choose(from.length)] as T;
  }

  #chance(percent: number): boolean {
    return this.#choose(100) < percent;
  }

  #wrong(percent: number): boolean {
    return !this.#careful && this.#chance(percent);
  }

  #inputTypes(): readonly GraphQLType[] {
    return Object.values(this.#schema.getTypeMap()).filter((type) => !isCompositeType(type));
  }

  #compositeTypes(): readonly GraphQLNamedType[] {
    return Object.values(this.#schema.getTypeMap()).filter(isCompositeType);
  }

  #selections(type: GraphQLNamedType, depth: number): string {
    const count = 1 + this.#choose(4);
    const selections = Array.from({ length: count }, () => this.#selection(type, depth));
    return `{ ${selections.join(" ")} }`;
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const directive = this.#chance(8) ? ` ${this.#directive()}` : "";
    if (this.#chance(12) && (depth < 3 || this.#wrong(20))) {
      const known = [...this.#fragments].find(([, candidate]) => candidate === type);
      const name = known?.[0] ?? this.#pick(fragmentNames);
      if (!this.#fragments.has(name) || known || this.#wrong(50)) {
        this.#fragments.set(name, this.#fragments.get(name) ?? type);
        return `...${name}${directive}`;
      }
    }
    if (this.#chance(12) && depth < 4) {
      const condition = this.#wrong(50) ? this.#pick(this.#compositeTypes()) : type;
      return `... on ${condition}${directive} ${this.#selections(condition, depth + 1)}`;
    }
    const fields =
      isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    if (fields.length === 0) {
      return "__typename";
    }
    return this.#wrong(4)
      ? this.#pick(["__typename", "nope", "constructor", "__proto__", "id"])
      : this.#field(this.#pick(fields), directive, depth);
  }

  #field(
    field: {
      readonly name: string;
      readonly type: GraphQLType;
      readonly args: readonly GraphQLArgument[];
    },
    directive: string,
    depth: number,
  ): string {
    const args = field.args
      .filter((arg) => (isNonNullType(arg.type) ? !this.#wrong(5) : this.#chance(50)))
      .map((arg) => `${arg.name}: ${this.#literal(arg.type, 0)}`);
    this.#aliases += 1;
    const alias =
      args.length > 0
        ? `x${this.#aliases}: `
        : this.#wrong(15)
          ? `${this.#pick([...names, "id", "name"])}: `
          : "";
    const inner = getNamedType(field.type);
    const deeper = isCompositeType(inner) !== this.#wrong(2);
    const below = deeper
      ? ` ${depth < 5 ? this.#selections(inner, depth + 1) : "{ __typename }"}`
      : "";
    return `${alias}${field.name}${args.length > 0 ? `(${args.join(", ")})` : ""}${directive}${below}`;
  }

  #directive(): string {
    const name = this.#wrong(10) ? "nope" : this.#pick(["skip", "include"]);
    const type = this.#schema.getDirective("skip")?.args[0]?.type as GraphQLType;
    return `@${name}(if: ${this.#literal(type, 0)})`;
  }

  /** @param constant without variables */
  #literal(type: GraphQLType, depth: number, constant = false): string {
    if (!constant && this.#chance(30)) {
      const known = [...this.#variables].find(
        ([, candidate]) => String(candidate) === String(type),
      );
      const name = known?.[0] ?? this.#pick(names);
      if (known || !this.#variables.has(name) || this.#wrong(50)) {
        this.#variables.set(name, this.#variables.get(name) ?? type);
        return `$${name}`;
      }
    }
    if (this.#wrong(8)) {
      return this.#pick(anyLiteral);
    }
    if (isNonNullType(type)) {
      return this.#literal(type.ofType, depth, constant);
    }
    if (this.#chance(5) && depth > 0) {
      return "null";
    }
    if (isListType(type)) {
      const count = this.#choose(3);
      const items = Array.from({ length: count }, () => this.#item(type.ofType, depth, constant));
      return this.#chance(80) ? `[${items.join(", ")}]` : this.#item(type.ofType, depth, constant);
    }
    if (isInputObjectType(type)) {
      const members = Object.values(type.getFields())
        .filter((field) => isNonNullType(field.type) || (depth < 2 && this.#chance(40)))
        .map((field) => `${field.name}: ${this.#literal(field.type, depth + 1, constant)}`);
      return `{${members.join(", ")}}`;
    }
    return isEnumType(type)
      ? this.#pick(type.getValues()).name
      : this.#pick(literals[String(type)] ?? ['"text"']);
  }

  #item(type: GraphQLType, depth: number, constant: boolean): string {
    return this.#literal(type, isNonNullType(type) ? 0 : depth, constant);
  }

  #json(type: GraphQLType, depth: number): string {
    if (this.#chance(6)) {
      return this.#pick(anyValue);
    }
    if (isNonNullType(type)) {
      return this.#json(type.ofType, depth);
    }
    if (isListType(type)) {
      const items = Array.from({ length: this.#choose(3) }, () => this.#json(type.ofType, depth));
      return this.#chance(85) ? `[${items.join(", ")}]` : this.#json(type.ofType, depth);
    }
    if (isInputObjectType(type)) {
      const members = Object.values(type.getFields())
        .filter((field) => isNonNullType(field.type) || (depth < 3 && this.#chance(40)))
        .map((field) => `"${field.name}": ${this.#json(field.type, depth + 1)}`);
      const more = this.#chance(4) ? [`"${this.#pick(names)}": 1`] : [];
      return `{${[...members, ...more].join(", ")}}`;
    }
    return isEnumType(type)
      ? `"${this.#pick(type.getValues()).name}"`
      : this.#pick(values[String(type)] ?? anyValue);
  }
}
