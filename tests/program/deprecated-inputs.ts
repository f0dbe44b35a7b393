import * as ts from "typescript";

/** The inputs of resources that the program gives and the provider calls deprecated, as `file:line: Table.path`. */
export function deprecatedInputs(
  files: readonly string[],
  options: ts.CompilerOptions,
): readonly string[] {
  const program = ts.createProgram(files, { ...options, noEmit: true, skipLibCheck: true });
  const checker = program.getTypeChecker();
  const found: string[] = [];

  const isDeprecated = (property: ts.Symbol) =>
    property.getJsDocTags(checker).some(({ name }) => name === "deprecated");
  const elementOf = (type: ts.Type) =>
    checker.isArrayLikeType(type)
      ? checker.getIndexTypeOfType(type, ts.IndexKind.Number)
      : undefined;
  const membersOf = (type: ts.Type): readonly ts.Type[] =>
    type.isUnion() ? type.types.flatMap(membersOf) : [type];

  /** What the program gives, which may come from a spread or a function, beside what the provider declares. */
  function compare(given: ts.Type, declared: ts.Type, where: string): void {
    const expected = membersOf(declared);
    for (const member of membersOf(given)) {
      // A value of the provider's own type does not tell which inputs it has.
      if (expected.includes(member)) continue;
      const element = elementOf(member);
      if (element !== undefined) {
        for (const list of expected) {
          const item = elementOf(list);
          if (item !== undefined) compare(element, item, `${where}[]`);
        }
      } else if (member.flags & ts.TypeFlags.Object && !isOutput(member)) {
        for (const property of member.getProperties()) {
          compareProperty(property, expected, `${where}.${property.name}`);
        }
      }
    }
  }

  function compareProperty(given: ts.Symbol, declared: readonly ts.Type[], where: string): void {
    for (const type of declared.filter((each) => !isOutput(each))) {
      const property = type.getProperty(given.name);
      if (property !== undefined && isDeprecated(property)) {
        found.push(where);
      } else if (property !== undefined) {
        compare(checker.getTypeOfSymbol(given), checker.getTypeOfSymbol(property), where);
      }
    }
  }

  function visit(node: ts.Node): void {
    const given = ts.isNewExpression(node) ? node.arguments?.[1] : undefined;
    if (ts.isNewExpression(node) && given !== undefined) {
      const declared = checker.getResolvedSignature(node)?.parameters[1];
      const source = node.getSourceFile();
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      if (
        declared?.declarations?.[0]?.getSourceFile().fileName.includes("/node_modules/@pulumi/")
      ) {
        const where = `${source.fileName}:${line + 1}: ${node.expression.getText()}`;
        compare(checker.getTypeAtLocation(given), checker.getTypeOfSymbol(declared), where);
      }
    }
    ts.forEachChild(node, visit);
  }

  for (const source of program.getSourceFiles()) {
    if (!source.fileName.includes("/node_modules/")) visit(source);
  }
  return [...new Set(found)];
}

/** Outputs and promises: their contents were looked at where they were made. */
function isOutput(type: ts.Type): boolean {
  return ["apply", "then"].some((method) => type.getProperty(method) !== undefined);
}
