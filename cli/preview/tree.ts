import { keyOf, type Recorded } from "./recording";

/** The longest line of a tree. */
const width = 110;

/** The resources under their components, a line or two for each component. */
export function tree(resources: readonly Recorded[]): readonly string[] {
  const known = new Set(resources.map(keyOf));
  const children = new Map<string | undefined, Recorded[]>();
  for (const resource of resources) {
    // What belongs to a resource that is not the program's stands by itself.
    const parent = known.has(resource.parent ?? "") ? resource.parent : undefined;
    children.set(parent, [...(children.get(parent) ?? []), resource]);
  }
  const isParent = (resource: Recorded) => children.has(keyOf(resource));
  const branches = (parent: Recorded | undefined, indent: string): readonly string[] => {
    const own = children.get(parent && keyOf(parent)) ?? [];
    const inner = [...own.filter(isParent)].sort(byName);
    return [
      ...(parent === undefined
        ? []
        : [`${indent}${kindOf(parent)} ${parent.name}${guard(parent)}`]),
      ...leaves(
        parent,
        own.filter((one) => !isParent(one)),
        parent === undefined ? indent : `${indent}    `,
      ),
      ...inner.flatMap((one) => branches(one, parent === undefined ? indent : `${indent}  `)),
    ];
  };
  return branches(undefined, "");
}

const byName = (a: Recorded, b: Recorded): number => a.name.localeCompare(b.name);

/** The last part of a type: `aws:dynamodb/table:Table` is a Table. Functions are AppSync's besides. */
export const kindOf = ({ type }: Pick<Recorded, "type">): string =>
  type.startsWith("aws:lambda/function:") ? "Lambda function" : (type.split(":").at(-1) ?? type);

const guard = ({ protect }: Recorded): string => (protect ? " (protected)" : "");

/** A component's own resources, by their kinds: "Table ×2: -events (protected), -read-model (protected)". */
function leaves(
  parent: Recorded | undefined,
  resources: readonly Recorded[],
  indent: string,
): readonly string[] {
  const kinds = new Map<string, string[]>();
  for (const resource of [...resources].sort(byName)) {
    const kind = kindOf(resource);
    const name = `${shortName(parent, resource)}${guard(resource)}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  const groups = [...kinds]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([kind, names]) =>
      names.length === 1 ? `${kind} ${names[0]}` : `${kind} ×${names.length}: ${names.join(", ")}`,
    );
  return wrap(groups, indent);
}

/** A hyphen in front says that the component's name comes before it. */
const shortName = (parent: Recorded | undefined, { name }: Recorded): string =>
  parent !== undefined && name.startsWith(`${parent.name}-`)
    ? name.slice(parent.name.length)
    : name;

/** Few kinds share a line; a long list of one kind goes on in the next. */
function wrap(groups: readonly string[], indent: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of groups.flatMap((group, index) => [
    ...(index === 0 ? [] : ["; "]),
    ...group.split(/(?<=, )/),
  ])) {
    if (line !== "" && (indent + line + part).trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = part === "; " ? "" : `  ${part}`;
    } else {
      line += part;
    }
  }
  return [...lines, line].filter((one) => one !== "").map((one) => indent + one);
}
