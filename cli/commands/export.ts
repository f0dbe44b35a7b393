import { NumberValue } from "@aws-sdk/lib-dynamodb";
import { pipe } from "fp-ts/function";
import * as O from "fp-ts/Option";
import * as t from "io-ts";
import type { Row } from "../../core/projection/columns";
import { Envelope } from "../../core/projection/envelope";
import {
  noVersion,
  type StreamId,
  type StreamVersion,
  Version,
} from "../../core/projection/identifiers";
import type { Summary } from "../../core/projection/summary";
import { type Context, type DomainCommand, exitCode } from "../command";
import { csvRecord } from "../csv";
import { CommandError } from "../errors";
import { printableJson } from "../printable";
import { answerOf, type OpenTables, requireStream } from "../tables";
import { wordsOf } from "../words";
import { requiredStreamId } from "./stream-option";

/** An event with its entry of the statement. */
interface Line {
  readonly event: Row;
  readonly entry: Row | undefined;
}

/** The version and the time come first. The stream's id is left out: it is the same in every line. */
const eventColumns: ReadonlyArray<string> = [
  ...new Set([
    ...["version", "recordedAt"],
    ...Envelope.types.flatMap(({ props }) => Object.keys(props)),
    "data",
  ]),
].filter((column) => column !== "streamId");

/** The columns of an entry, beside those that it shares with its event. */
const entryColumnsOf = (names: ReadonlyArray<string>): ReadonlyArray<string> => [
  "outcome",
  "reason",
  ...names,
  "hash",
];

/** An item whose key is no version is no event of its stream: verify reports it. */
const StoredEvent = t.intersection([t.UnknownRecord, t.type({ version: Version })]);

/** The version that a summary has reached. */
const versionOf = (summary: O.Option<Summary<unknown>>): StreamVersion =>
  pipe(
    summary,
    O.match(
      () => noVersion,
      ({ version }) => version,
    ),
  );

/** The summary, where there is one that can be read. */
const readableSummary = async <State>(
  { environment: { storedRows } }: OpenTables<State>,
  streamId: StreamId,
): Promise<O.Option<Summary<State>>> =>
  pipe(
    await answerOf(storedRows.summary(streamId)),
    O.flatMap(({ summary }) => O.fromEither(summary)),
  );

/** The stream's events, oldest first, each with its entry up to the version that the summary has reached. */
async function* history<State>(
  tables: OpenTables<State>,
  streamId: StreamId,
): AsyncGenerator<Line> {
  const { environment, entries: readEntries } = tables;
  const reached = versionOf(await readableSummary(tables, streamId));
  let exported: StreamVersion = noVersion;
  for (let after: StreamVersion = noVersion; ; ) {
    const page = await answerOf(environment.events.readAfter(streamId, after));
    if (page.length === 0) return;
    const ofStream = page.filter(StoredEvent.is);
    const last = ofStream.at(-1)?.version ?? exported;
    // Of the summary as it is by now: the entries that a rebuild has replaced are removed after a while.
    const summary = await readableSummary(tables, streamId);
    const stored = O.isNone(summary)
      ? []
      : await readEntries(summary.value, exported, last < reached ? last : reached);
    const entries = new Map(stored.map((row) => [row.version, row]));
    for (const event of ofStream) yield { event, entry: entries.get(event.version) };
    exported = last;
    // The next page begins after the last item, even where its key is no version: there may be more than a page of those.
    after = (page.at(-1) as Row).version as StreamVersion;
  }
}

const writeCsv = async (
  write: Context<never>["write"],
  entryColumns: ReadonlyArray<string>,
  lines: AsyncIterable<Line>,
): Promise<void> => {
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

/** A value of DynamoDB's that JSON has no form for: large and exact numbers as their digits, bytes in base64, sets as lists. */
const jsonValue = (value: unknown): unknown => {
  if (typeof value === "bigint" || value instanceof NumberValue) return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value instanceof Set ? [...value] : value;
};

const json = (value: unknown): string =>
  printableJson(JSON.stringify(value, (_, member: unknown) => jsonValue(member)));

/** Writes one document while it is read: a stream's history may be longer than the memory is large. */
const writeJson = async (
  write: Context<never>["write"],
  stream: string,
  summary: O.Option<Row>,
  lines: AsyncIterable<Line>,
): Promise<void> => {
  await write(`{${json(stream)}:${json(O.toNullable(summary))},\n"history":[`);
  let separator = "\n";
  for await (const { event, entry } of lines) {
    await write(`${separator}${json({ event, entry: entry ?? null })}`);
    separator = ",\n";
  }
  await write("\n]}\n");
};

export const exportStream: DomainCommand = ({ name, entry }) => {
  const { stream } = wordsOf(name);
  const entryColumns = entryColumnsOf(entry.names);
  return {
    summary: `write out the statement and the events of one ${stream}`,
    usage: `export --${stream} ID --stack NAME | --local [--csv | --json]`,
    help: `Writes the events of one ${stream} to standard output, oldest first, each with its entry of the statement
(${entryColumns.join(", ")}). The opening has no entry in the statement, nor has an event that
was not folded yet.

  --csv    comma-separated values as in RFC 4180, with a line of names (this is what you get without either). A ' stands
           before text that a spreadsheet would take for a formula, and U+FFFD in place of control characters
  --json   one document, with every text as it is: the summary as "${stream}", and "history", an array of
           {"event", "entry"}`,
    options: { [stream]: { type: "string" }, csv: { type: "boolean" } },
    check: (values) => {
      requiredStreamId(stream, values);
      if (values.csv === true && values.json === true) {
        throw new CommandError("say which: --csv or --json");
      }
    },
    run: async ({ tables, json, write }, values) => {
      const streamId = requiredStreamId(stream, values);
      await requireStream(tables, streamId);
      const stored = await answerOf(tables.environment.storedRows.summary(streamId));
      const lines = history(tables, streamId);
      await (json
        ? writeJson(
            write,
            stream,
            pipe(
              stored,
              O.map(({ row }) => row),
            ),
            lines,
          )
        : writeCsv(write, entryColumns, lines));
      return exitCode.done;
    },
  };
};
