import { isPolicy, sentences } from "./permissions";
import { keyOf, type Recorded } from "./recording";
import { replaces } from "./replacing";

export interface PropertyChange {
  /** Such as `attributes[pk].type`. */
  readonly path: string;
  readonly before: Leaf | undefined;
  readonly after: Leaf | undefined;
}

export interface ResourceChange {
  readonly resource: Recorded;
  readonly properties: readonly PropertyChange[];
  /** The properties whose change is known to replace the resource. */
  readonly replacedFor: readonly string[];
}

export interface Difference {
  readonly added: readonly Recorded[];
  readonly removed: readonly Recorded[];
  readonly changed: readonly ResourceChange[];
  readonly permissions: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

type Resources = readonly Recorded[];
export type Leaf = string | number | boolean | null;

/** What an update from one recording to the other would do. */
export function differenceOf(before: Resources, after: Resources): Difference {
  const [old, now] = [byKey(before), byKey(after)];
  const [said, says] = [sentences(before), sentences(after)];
  return {
    added: [...now].filter(([key]) => !old.has(key)).map(([, one]) => one),
    removed: [...old].filter(([key]) => !now.has(key)).map(([, one]) => one),
    changed: [...now].flatMap(([key, resource]) => {
      const was = old.get(key);
      const properties = was === undefined ? [] : propertyChanges(was, resource);
      const replacedFor = properties.flatMap((property) => replacement(resource.type, property));
      return properties.length === 0 ? [] : [{ resource, properties, replacedFor }];
    }),
    permissions: {
      added: says.filter((one) => !said.includes(one)),
      removed: said.filter((one) => !says.includes(one)),
    },
  };
}

/** A resource's identity has the types of those that it belongs to: under another type it is another resource. */
function replacement(type: string, { path, before, after }: PropertyChange): readonly string[] {
  if (path !== parentPath) return replaces(type, path) ? [path] : [];
  const typeOf = (parent: Leaf | undefined) => String(parent).split(" ")[0];
  return typeOf(before) === typeOf(after) ? [] : ["another kind of parent, unless it has an alias"];
}

const parentPath = "(parent)";

export const isEmpty = ({ added, removed, changed }: Difference): boolean =>
  added.length + removed.length + changed.length === 0;

const byKey = (resources: Resources): ReadonlyMap<string, Recorded> =>
  new Map([...resources].map((one) => [keyOf(one), one] as const).sort());

function propertyChanges(before: Recorded, after: Recorded): readonly PropertyChange[] {
  const [old, now] = [propertiesOf(before), propertiesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => old.get(path) !== now.get(path))
    .map((path) => ({ path, before: old.get(path), after: now.get(path) }));
}

/** A resource's inputs by their paths, with the options that a reviewer has to know of. */
function propertiesOf({ inputs, parent, protect, retainOnDelete }: Recorded) {
  return new Map<string, Leaf>([
    ...leaves("", inputs),
    [parentPath, parent ?? "the stack"],
    ["(protect)", protect],
    ["(retainOnDelete)", retainOnDelete],
  ]);
}

function leaves(path: string, value: unknown): readonly (readonly [string, Leaf])[] {
  if (value === undefined) return [];
  // The order of keys in a document says nothing, and its statements are compared as sentences.
  if (isPolicy(value)) return [[path, JSON.stringify(sorted(JSON.parse(value)))]];
  if (typeof value !== "object" || value === null) return [[path, value as Leaf]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, Array.isArray(value) ? "[]" : "{}"]];
  const labels = Array.isArray(value) ? labelsOf(value) : undefined;
  return entries.flatMap(([key, member], index) => {
    if (labels !== undefined) return leaves(`${path}[${labels[index]}]`, member);
    const step = /^[\w-]+$/.test(key) ? `${path === "" ? "" : "."}${key}` : `["${key}"]`;
    return leaves(`${path}${step}`, member);
  });
}

/** Members of a list go by their names, so that one more does not rename the others; by their numbers without. */
function labelsOf(list: readonly unknown[]): readonly (string | number)[] {
  const names = list.map((member) =>
    typeof member === "object" && member !== null ? (member as { name?: unknown }).name : undefined,
  );
  const named = names.filter((name): name is string => typeof name === "string");
  return named.length === list.length && new Set(named).size === list.length
    ? named
    : list.map((_, index) => index);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
