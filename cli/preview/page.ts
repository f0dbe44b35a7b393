import { type Cost, type CostLine, costOf, total } from "./cost";
import { type Difference, differenceOf, isEmpty, type ResourceChange } from "./difference";
import { isPolicy, paragraphs } from "./permissions";
import { pricedOn, pricedRegion } from "./prices";
import type { Recorded } from "./recording";
import { textDifference } from "./text-difference";
import { kindOf, tree } from "./tree";

/** A part of the page, which each format writes in its own way. */
export interface Section {
  readonly title: string;
  readonly parts: readonly Part[];
  /** Whether a reviewer can do without it at first. */
  readonly folded: boolean;
}

export type Part =
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "lines"; readonly lines: readonly string[]; readonly difference?: true }
  | {
      readonly kind: "table";
      readonly head: readonly string[];
      readonly rows: readonly string[][];
    };

export interface Earlier {
  readonly resources: readonly Recorded[];
  /** What the other revision is called. */
  readonly name: string;
  /** What a reader has to know of how it was evaluated. */
  readonly notes: readonly string[];
}

/** Everything that a reviewer of a stack needs; the difference comes first where there is one. */
export function sectionsOf(resources: readonly Recorded[], earlier?: Earlier): readonly Section[] {
  const cost = costOf(resources);
  const folded = earlier !== undefined;
  const count = resources.filter(({ type }) => !isComponent(type)).length;
  return [
    ...(earlier === undefined ? [] : differenceSections(resources, cost, earlier)),
    {
      title: `Resources (${count})`,
      parts: [{ kind: "lines", lines: tree(resources) }],
      folded,
    },
    {
      title: "Permissions",
      parts: [{ kind: "lines", lines: paragraphs(resources) }],
      folded,
    },
    { title: "Estimated cost", parts: costParts(cost), folded },
  ];
}

const isComponent = (type: string): boolean => !/^(awsx?|random|command|tls):/.test(type);

function differenceSections(
  resources: readonly Recorded[],
  cost: Cost,
  { resources: before, name, notes }: Earlier,
): readonly Section[] {
  const difference = differenceOf(before, resources);
  const was = costOf(before);
  const { added, removed } = difference.permissions;
  const changes: Part = isEmpty(difference)
    ? { kind: "note", text: "No resource differs." }
    : { kind: "lines", lines: changeLines(difference), difference: true };
  return [
    {
      title: `Difference to ${name}`,
      parts: [...notes.map((text): Part => ({ kind: "note", text })), changes],
      folded: false,
    },
    ...(added.length + removed.length === 0
      ? []
      : [
          {
            title: "Difference of the permissions",
            parts: [
              {
                kind: "lines" as const,
                difference: true as const,
                lines: [...removed.map((one) => `- ${one}`), ...added.map((one) => `+ ${one}`)],
              },
            ],
            folded: false,
          },
        ]),
    {
      title: "Difference of the cost",
      parts: [
        {
          kind: "table",
          head: ["", "before", "after", "difference"],
          rows: [
            ["idle, a month", total(was.idle), total(cost.idle)] as const,
            ["a million commands", total(was.commands), total(cost.commands)] as const,
            ["keeping what they wrote, a month", total(was.kept), total(cost.kept)] as const,
          ].map(([what, from, to]) => [what, dollars(from), dollars(to), signed(to - from)]),
        },
      ],
      folded: false,
    },
  ];
}

function changeLines({ added, removed, changed }: Difference): readonly string[] {
  // One change often reaches many resources: those with the same one share its lines.
  const alike = new Map<string, ResourceChange[]>();
  for (const change of changed) {
    const lines = [kindOf(change.resource), ...propertyLines(change)].join("\n");
    alike.set(lines, [...(alike.get(lines) ?? []), change]);
  }
  return [
    ...removed.map((one) => `- ${kindOf(one)} ${one.name}${refusal(one)}`),
    ...added.map((one) => `+ ${kindOf(one)} ${one.name}`),
    ...[...alike.values()].flatMap((changes) => [
      ...changes.map(headline),
      ...propertyLines(changes[0] as ResourceChange),
    ]),
  ];
}

/** Pulumi deletes nothing that is protected. */
const refusal = ({ protect }: Recorded): string =>
  protect ? "   protected: the update will be refused" : "";

/** `!` is what a reviewer must not miss; it is also how Markdown's differences mark a line. */
function headline({ resource, replacedFor }: ResourceChange): string {
  const title = `${kindOf(resource)} ${resource.name}`;
  return replacedFor.length === 0
    ? `~ ${title}`
    : `! ${title}   REPLACED, for ${replacedFor.join(", ")}${refusal(resource)}`;
}

function propertyLines({ properties }: ResourceChange): readonly string[] {
  return properties.flatMap(({ path, before, after }) => {
    if (isPolicy(before) || isPolicy(after)) return [`    ${path}: see the permissions`];
    if (isText(before) && isText(after)) {
      return [`    ${path}:`, ...textDifference(before, after)];
    }
    if (before === undefined) return [`    ${path}: + ${shown(after)}`];
    if (after === undefined) return [`    ${path}: - ${shown(before)}`];
    return [`    ${path}: ${shown(before)} → ${shown(after)}`];
  });
}

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.includes("\n");

/** A value in one line, cut where it is long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > 90 ? `${text.slice(0, 89)}…` : text;
}

function costParts({ idle, commands, kept, unpriced }: Cost): readonly Part[] {
  const block = (title: string, lines: readonly CostLine[]): string[][] => [
    ...lines.map(({ what, quantity, price, usd, assumption }) => [
      what,
      `${amount(quantity)} ${price.unit}`,
      dollars(usd),
      assumption,
    ]),
    [title, "", dollars(total(lines)), ""],
  ];
  return [
    {
      kind: "table",
      head: ["what", "how much", "US dollars", "assumption"],
      rows: [
        ...block("IDLE, A MONTH", idle),
        ...block("A MILLION COMMANDS", commands),
        ...block("KEEPING WHAT THEY WROTE, A MONTH", kept),
      ],
    },
    {
      kind: "note",
      text:
        `Prices of ${pricedRegion}, looked up on ${pricedOn}, before free tiers and taxes; cli/preview/prices.ts names ` +
        "the page of each. Not counted: users (Cognito charges by those active), queries, subscriptions, e-mails, traffic.",
    },
    ...(unpriced.length === 0
      ? []
      : [{ kind: "note", text: `No price is known here for ${unpriced.join(", ")}.` } as const]),
  ];
}

const amount = (quantity: number): string =>
  quantity.toLocaleString("en-US", { maximumFractionDigits: 0 });

const dollars = (usd: number): string => usd.toFixed(2);

const signed = (usd: number): string => `${usd < 0 ? "−" : "+"}${Math.abs(usd).toFixed(2)}`;
