import { type Grant, grantsOfResources, type Role, rolesOf } from "./permissions";
import type { Recording } from "./recording";
import { markdownTable } from "./table";

/** The path of the document, which a test compares with the program. */
export const permissionsFile = "docs/permissions.md";

/** The command that writes the document again. */
export const permissionsCommand = "npm run docs:permissions";

/** The permissions in the roles and policies of the recorded program. */
export function permissionsDocument({ resources }: Pick<Recording, "resources">): string {
  const roles = rolesOf(resources);
  const own = grantsOfResources(resources);
  const managed = roles.filter((role) => role.managed.length > 0).map(({ name }) => code(name));
  return [
    `# Permissions

Who may do what on AWS. \`${permissionsCommand}\` writes this page from the roles and policies of the program; a test
checks that it is current. The permissions are defined in \`infra/permissions.ts\`, and their names stand in the policies
as \`Sid\`. Resources go by their names in the program. ${managed.length === 0 ? "No role has a managed policy." : `Of the roles, ${managed.join(", ")} have managed policies.`}
`,
    ...roles.map(sectionOfRole),
    ...(own.length === 0 ? [] : [sectionOfResources(own)]),
  ].join("\n");
}

function sectionOfRole({ name, trusted, grants, managed }: Role): string {
  const rows = [
    ...grants.map(rowOf),
    ...managed.map((policy) => ["managed policy", code(policy), ""]),
  ];
  return `## \`${name}\`

\`${trusted}\` assumes it.

${markdownTable(["permission", "actions", "resources"], rows)}
`;
}

function sectionOfResources(grants: readonly Grant[]): string {
  const head = ["who", "permission", "actions", "resources", "when"];
  const rows = grants.map((grant) => [code(grant.who), ...rowOf(grant), grant.condition]);
  return `## Policies of resources

${markdownTable(head, rows)}
`;
}

const rowOf = ({ allowed, purpose, actions, resources }: Grant): readonly string[] => [
  allowed ? purpose : `denied: ${purpose}`,
  actions.map(code).join(", "),
  resources.map(code).join(", "),
];

const code = (text: string) => `\`${text}\``;
