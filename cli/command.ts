import type { ParseArgsConfig } from "node:util";
import type { Columns } from "../core/projection/columns";
import { printable, printableJson } from "./printable";
import type { Progress } from "./progress";
import type { OpenTables } from "./tables";

export const exitCode = {
  done: 0,
  /** Something differs, or could not be mended. */
  unresolved: 1,
  /** The command could not be run. */
  notRun: 2,
  /** Ended by Ctrl-C, as shells number it. */
  interrupted: 130,
} as const;

/** The dependencies of a command. */
export interface Context<State> {
  readonly tables: OpenTables<State>;
  readonly json: boolean;
  /** Writes to standard output, and waits for a slow reader. */
  readonly write: (text: string) => Promise<void>;
  /** Shows how many events are done, of all the stack's unless said; 0 where the total is unknown. */
  readonly startProgress: (total?: number) => Promise<Progress>;
  /** Waits until a live projector has had time to catch up. */
  readonly pause: () => Promise<void>;
}

export type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** The options, for the command's own help. */
  readonly usage: string;
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** Throws CommandError for a combination of options that makes no sense. */
  readonly check?: (values: Values) => void;
  /** Answers with the exit code. */
  readonly run: <State>(context: Context<State>, values: Values) => Promise<number>;
}

/** The parts of a domain that a command's texts need: its name, and the columns of its entries. */
export interface Shape {
  readonly name: string;
  readonly entry: Pick<Columns<never>, "names">;
}

/** A command on the streams of any domain. */
export type DomainCommand = (domain: Shape) => Command;

/** Each text in a line of its own. */
export const lines = (...texts: readonly string[]): string =>
  texts.map((text) => `${printable(text)}\n`).join("");

export const jsonText = (value: unknown): string =>
  `${printableJson(JSON.stringify(value, null, 2))}\n`;

const forms = new Intl.PluralRules("en");

/** "1 account", "2,000 accounts" */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count.toLocaleString("en-US")} ${forms.select(count) === "one" ? noun : plural}`;
