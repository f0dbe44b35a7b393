import type { ParseArgsConfig } from "node:util";
import type { Ledger } from "./ledger-tables";
import type { Progress } from "./progress";

export const exitCode = {
  done: 0,
  /** Something differs, or could not be mended. */
  wanting: 1,
  /** The command could not be run. */
  refused: 2,
  /** Ended by Ctrl-C, as shells number it. */
  interrupted: 130,
} as const;

/** What a command has to work with. */
export interface Context {
  readonly ledger: Ledger;
  readonly json: boolean;
  /** Writes to standard output, and waits while nobody reads it. */
  readonly write: (text: string) => Promise<void>;
  /** Shows how many of the stack's events have been worked through. */
  readonly startProgress: () => Promise<Progress>;
  /** Lets a live projector go on for a moment. */
  readonly pause: () => Promise<void>;
}

export type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What the command takes and does, for its own help. */
  readonly usage: string;
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** Throws CommandError for a combination of options that makes no sense. */
  readonly check?: (values: Values) => void;
  /** Answers with the exit code. */
  readonly run: (context: Context, values: Values) => Promise<number>;
}

export const lines = (...texts: readonly string[]): string => texts.map((t) => `${t}\n`).join("");

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const forms = new Intl.PluralRules("en");

/** "1 account", "2,000 accounts" */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en-US")} ${noun}${forms.select(count) === "one" ? "" : "s"}`;
