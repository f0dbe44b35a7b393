import { documentIn, known, type Resource } from "./rule";

/** A statement of a policy document, in IAM's own words. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: string | readonly string[];
  readonly NotResource?: unknown;
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly NotPrincipal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statements of every policy document that a resource has, wherever it has it, and that the preview knows. */
export function statementsOf({ props }: Pick<Resource, "props">): readonly Statement[] {
  return documentsIn(props).flatMap((document) => {
    const { Statement = [] } = document as { Statement?: Statement | Statement[] };
    return [Statement].flat();
  });
}

export const listed = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : [value].flat();

/** The principals of a statement; `*` for everybody. */
export function principalsOf({ Principal }: Statement): readonly string[] {
  return typeof Principal === "string" ? [Principal] : Object.values(Principal ?? {}).flat();
}

/** A statement in a message. */
export const named = ({ Sid }: Statement): string => `The statement ${Sid ?? "without Sid"}`;

function documentsIn(value: unknown): readonly object[] {
  if (typeof value === "string") {
    const found = documentIn(value);
    return found === undefined ? [] : [found];
  }
  return typeof value === "object" && value !== null
    ? Object.keys(value).flatMap((key) => documentsIn(known(() => (value as Values)[key])))
    : [];
}

type Values = Readonly<Record<string, unknown>>;
