import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import type { Row } from "../../core/verification/verification";
import { type Command, type Context, exitCode, type Values } from "../command";
import { csvRecord } from "../csv";
import { CommandError } from "../errors";
import { answerTo, checkAccount, type Ledger } from "../ledger-tables";
import { requiredAccount } from "./account";

/** An event with the entry that the statement has of it. */
interface Line {
  readonly event: Row;
  readonly entry: Row | undefined;
}

/** What the event says, and then what the statement says came of it. */
const eventColumns = [
  "version",
  "recordedAt",
  "type",
  "schemaVersion",
  "commandId",
  "owner",
  "actor",
  "data",
];
const entryColumns = ["outcome", "reason", "amount", "memo", "balance", "hash"];

/** The account's events, oldest first, each with its entry; as far as the summary has followed them. */
async function* history(
  { ports }: Ledger,
  accountId: string,
  followed: number,
): AsyncGenerator<Line> {
  for (let after = 0; ; ) {
    const page = (await answerTo(ports.events.readAfter(accountId, after))) as readonly Row[];
    const last = Number(page.at(-1)?.version);
    if (Number.isNaN(last)) return;
    const stored = await answerTo(ports.stored.entries(accountId, after, Math.min(last, followed)));
    const entries = new Map(stored.map(({ row }) => [row.version, row]));
    for (const event of page) yield { event, entry: entries.get(event.version) };
    after = last;
  }
}

const writeCsv = async ({ write }: Context, lines: AsyncIterable<Line>): Promise<void> => {
  await write(csvRecord([...eventColumns, ...entryColumns]));
  for await (const { event, entry } of lines) {
    await write(
      csvRecord([
        ...eventColumns.map((column) => event[column]),
        ...entryColumns.map((column) => entry?.[column]),
      ]),
    );
  }
};

// A number beyond 2^53 is a bigint here.
const json = (value: unknown): string =>
  JSON.stringify(value, (_, member) => (typeof member === "bigint" ? member.toString() : member));

/** One document, written as it is read: an account's history may be longer than the memory is large. */
const writeJson = async (
  { write }: Context,
  account: Row | undefined,
  lines: AsyncIterable<Line>,
): Promise<void> => {
  await write(`{"account":${json(account ?? null)},\n"history":[`);
  let separator = "\n";
  for await (const { event, entry } of lines) {
    await write(`${separator}${json({ event, entry: entry ?? null })}`);
    separator = ",\n";
  }
  await write("\n]}\n");
};

export const exportAccount: Command = {
  summary: "write out the statement and the events of one account",
  usage: "export --account ID --stack NAME | --local [--csv | --json]",
  help: `Writes the account's events to standard output, oldest first, each with what its statement says came of it (outcome,
reason, amount, memo, balance, hash). The opening has no entry in the statement, nor has what was not folded yet.

  --csv    comma-separated values as in RFC 4180, with a line of names (this is what you get without either)
  --json   one document: the summary as "account", and "history", an array of {"event", "entry"}`,
  options: { account: { type: "string" }, csv: { type: "boolean" } },
  check: (values: Values) => {
    requiredAccount(values);
    if (values.csv === true && values.json === true) {
      throw new CommandError("say which: --csv or --json");
    }
  },
  run: async (context, values) => {
    const { ledger } = context;
    const accountId = requiredAccount(values);
    await checkAccount(ledger, accountId);
    const stored = O.toUndefined(await answerTo(ledger.ports.stored.summary(accountId)));
    const followed =
      stored !== undefined && E.isRight(stored.summary) ? stored.summary.right.version : 0;
    const lines = history(ledger, accountId, followed);
    await (context.json ? writeJson(context, stored?.row, lines) : writeCsv(context, lines));
    return exitCode.done;
  },
};
