import type { Recorded, Recording } from "./recording";

/** The path of the document, which a test compares with the program. */
export const permissionsFile = "docs/permissions.md";

/** The command that writes the document again. */
export const permissionsCommand = "npm run docs:permissions";

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** The permissions in the roles and policies of the recorded program. */
export function permissionsDocument({ resources }: Recording): string {
  const roles = resources
    .filter(({ type }) => type === "aws:iam/role:Role")
    .sort((a, b) => a.name.localeCompare(b.name));
  return [
    `# Permissions

Who may do what on AWS. \`${permissionsCommand}\` writes this page from the roles and policies of the program; a test
checks that it is current. The permissions are defined in \`infra/permissions.ts\`, and their names stand in the policies
as \`Sid\`. Resources go by their names in the program. No role has a managed policy.
`,
    ...roles.map((role) => section(role, resources)),
  ].join("\n");
}

function section(role: Recorded, resources: readonly Recorded[]): string {
  const [trust] = statementsOf(role.inputs.assumeRolePolicy) as [
    { Principal: { Service: string } },
  ];
  const rows = resources
    .filter(
      ({ type, inputs }) =>
        type === "aws:iam/rolePolicy:RolePolicy" && inputs.role === role.outputs.name,
    )
    .flatMap(({ inputs }) => statementsOf(inputs.policy) as Statement[])
    .map(({ Sid, Action, Resource }) => [
      inWords(Sid),
      Action.map(code).join(", "),
      Resource.map((arn) => code(nameOf(arn, resources))).join(", "),
    ]);
  return `## \`${role.name}\`

\`${trust.Principal.Service}\` assumes it.

${table(["permission", "actions", "resources"], rows)}
`;
}

function statementsOf(policy: unknown): unknown[] {
  return JSON.parse(String(policy)).Statement;
}

/** `AppendEvents` is "append events". */
function inWords(name: string): string {
  return name.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

/** A resource's name in the program, and what follows it in the ARN. */
function nameOf(arn: string, resources: readonly Recorded[]): string {
  const names = resources.flatMap(({ name, outputs }): [known: string, name: string][] => [
    [String(outputs.streamArn), `${name}/stream`],
    [String(outputs.arn), name],
  ]);
  // The ARN of a table's stream begins with the table's: the longest one that fits is the resource's.
  const fitting = names
    .filter(([known]) => arn.startsWith(known))
    .sort(([a], [b]) => b.length - a.length);
  const [found] = fitting;
  if (found === undefined) {
    throw new Error(`No resource of the program has the ARN ${arn}`);
  }
  const [known, name] = found;
  return name + arn.slice(known.length);
}

const code = (text: string) => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
