import { isDeepStrictEqual } from "node:util";
import { type Need, needed } from "./needed-permissions";
import type { Recorded, Recording } from "./record";

export interface Document {
  /** The resource and its property that the document is. */
  readonly name: string;
  /** The role whose permissions the document is, unless it says who may do something with a resource. */
  readonly role: string | undefined;
  readonly statements: readonly Statement[];
}

export type Statement = Readonly<Record<string, unknown>>;

/** Every policy document of a stack, whatever the resource is. */
export function documentsOf({ resources }: Recording): readonly Document[] {
  return resources.flatMap(({ type, name, inputs }) =>
    Object.entries(inputs).flatMap(([property, value]): Document[] => {
      const statements = statementsIn(value);
      if (statements === undefined) return [];
      const role = resources.find(
        (each) => each.type === "aws:iam/role:Role" && each.outputs.name === inputs.role,
      );
      return [
        {
          name: `${name}.${property}`,
          role: type === "aws:iam/rolePolicy:RolePolicy" ? role?.name : undefined,
          statements: statements.map((statement) => withNames(statement, resources)),
        },
      ];
    }),
  );
}

function statementsIn(value: unknown): readonly Statement[] | undefined {
  if (typeof value !== "string" || !/^\{.*"Statement"/s.test(value)) return undefined;
  const { Statement: found } = JSON.parse(value) as { Statement?: Statement | Statement[] };
  return found === undefined ? undefined : [found].flat();
}

/** A statement with its resources by their names in the program. */
function withNames(statement: Statement, resources: readonly Recorded[]): Statement {
  if (statement.Resource === undefined) return statement;
  const known = resources
    .flatMap(({ name, outputs }) => [
      { arn: String(outputs.streamArn), name: `${name}/stream` },
      { arn: String(outputs.arn), name },
    ])
    // The ARN of a table's stream begins with the table's.
    .sort((a, b) => b.arn.length - a.arn.length);
  const named = [statement.Resource as string | string[]].flat().map((arn) => {
    const found = known.find((each) => arn === each.arn || /^[:/]/.test(after(arn, each.arn)));
    return found === undefined ? arn : found.name + arn.slice(found.arn.length);
  });
  return { ...statement, Resource: named };
}

const after = (text: string, start: string) =>
  text.startsWith(start) ? text.slice(start.length) : "";

/**
 * What the documents grant too much or too little: roles against what they need, all others against what is expected,
 * word by word.
 */
export function differences(
  documents: readonly Document[],
  expected: Readonly<Record<string, readonly Statement[]>>,
): readonly string[] {
  const ofRoles = documents.filter(({ role }) => role !== undefined);
  const others = documents.filter(({ role }) => role === undefined);
  const roles = new Set([...Object.keys(needed), ...ofRoles.map(({ role }) => role ?? "")]);
  return [
    ...[...roles].flatMap((role) => {
      const granted = ofRoles
        .filter((document) => document.role === role)
        .flatMap(({ statements }) => statements.flatMap(granting));
      const needs = (needed[role] ?? []).map(line);
      return [
        ...granted.filter((each) => !needs.includes(each)).map((each) => `${role}: not ${each}`),
        ...needs.filter((each) => !granted.includes(each)).map((each) => `${role}: no ${each}`),
      ];
    }),
    ...others
      .filter(({ name, statements }) => !isDeepStrictEqual(statements, expected[name]))
      .map(({ name }) => `${name} is another`),
    ...Object.keys(expected)
      .filter((name) => !others.some((document) => document.name === name))
      .map((name) => `${name} is missing`),
  ];
}

const line = ({ action, on }: Pick<Need, "action" | "on">) => `${action} on ${on}`;

/** A line for each action on each resource; a statement that does anything but allow them is one of its own. */
function granting({ Sid: _, Effect, Action, Resource, ...others }: Statement): readonly string[] {
  if (Effect !== "Allow" || Object.keys(others).length > 0) {
    return [JSON.stringify({ Effect, Action, Resource, ...others })];
  }
  return [Action as string | string[]]
    .flat()
    .flatMap((action) => [Resource as string | string[]].flat().map((on) => line({ action, on })));
}

/** The documents with one statement, or one word of a list in it, fewer or more. */
export function mutantsOf(
  documents: readonly Document[],
): readonly { readonly what: string; readonly documents: readonly Document[] }[] {
  return documents.flatMap((document) => {
    const { name, statements } = document;
    const having = (what: string, changed: readonly Statement[]) => ({
      what: `${name}: ${what}`,
      documents: documents.map((each) =>
        each === document ? { ...document, statements: changed } : each,
      ),
    });
    return [
      having("a statement more", [
        ...statements,
        { ...statements[0], Action: "sts:GetFederationToken" },
      ]),
      ...statements.flatMap((statement, index) => {
        const label = String(statement.Sid ?? index);
        const others = statements.toSpliced(index, 1);
        const changes = ["Action", "Resource"].flatMap((element) => {
          const list = statement[element];
          if (!Array.isArray(list)) return [];
          const set = (words: readonly unknown[]) => [
            ...others,
            { ...statement, [element]: words },
          ];
          return [
            having(`${label} with one ${element} more`, set([...list, "sts:GetFederationToken"])),
            ...list.map((word, at) =>
              having(`${label} without ${word}`, set(list.toSpliced(at, 1))),
            ),
          ];
        });
        return [
          having(`no ${label}`, others),
          having(`${label} turned over`, [
            ...others,
            { ...statement, Effect: statement.Effect === "Allow" ? "Deny" : "Allow" },
          ]),
          ...changes,
        ];
      }),
    ];
  });
}
