import * as E from "fp-ts/Either";
import { type DomainCommand, exitCode, jsonText, lines } from "../command";
import { type SuspendedStream, suspendedJson, suspendedText } from "../report";
import { suspendedStreams, type UnreadableRow } from "../suspended-streams";
import { wordsOf } from "../words";

const unreadableText = ({ streamId, fault }: UnreadableRow): string =>
  lines(`${streamId}: listed as suspended, but its row cannot be read: ${fault}`);

export const suspended: DomainCommand = ({ name }) => {
  const { stream, streams, idField } = wordsOf(name);
  return {
    summary: `list the ${streams} that are suspended before an event that cannot be folded`,
    usage: "suspended --stack NAME | --local [--json]",
    help: `Lists every suspended ${stream}, with the event that suspended it, the reason and the time. docs/runbook/README.md
says what to do. The exit code is 1 when a row of the list cannot be read; the others are shown all the same.`,
    options: {},
    run: async ({ tables, json, write }) => {
      const all: SuspendedStream[] = [];
      const unreadable: UnreadableRow[] = [];
      for await (const row of suspendedStreams(tables)) {
        if (E.isRight(row)) all.push(row.right);
        else unreadable.push(row.left);
      }
      await write(
        json
          ? jsonText([
              ...all.map(suspendedJson(idField)),
              ...unreadable.map(({ streamId, fault }) => ({ [idField]: streamId, fault })),
            ])
          : all.length + unreadable.length === 0
            ? lines(`No ${stream} is suspended.`)
            : [...all.map(suspendedText), ...unreadable.map(unreadableText)].join(""),
      );
      return unreadable.length === 0 ? exitCode.done : exitCode.unresolved;
    },
  };
};
