import * as E from "fp-ts/Either";
import * as t from "io-ts";
import { decodeWith } from "../../core/projection/decoding";
import { StreamId } from "../../core/projection/identifiers";
import { Suspension } from "../../core/projection/summary";
import { suspendedPartition } from "../../lambda/adapters/keys";
import { type DomainCommand, exitCode, jsonText, lines } from "../command";
import { CommandError } from "../errors";
import { type SuspendedStream, suspendedJson, suspendedText } from "../report";
import { rowsIn } from "../stored-rows";
import type { Tables } from "../tables";
import { wordsOf } from "../words";

const SuspensionRow = t.intersection([t.type({ sk: StreamId }), Suspension]);

/** The suspended streams, as the read model lists them. */
async function* suspendedStreams({
  documents,
  readModel,
}: Tables): AsyncGenerator<SuspendedStream> {
  for await (const row of rowsIn(documents, readModel, suspendedPartition)) {
    const suspension = decodeWith(SuspensionRow)(row);
    if (E.isLeft(suspension)) {
      throw new CommandError(
        `the suspended stream ${String(row.sk)} cannot be read: ${suspension.left}`,
      );
    }
    const { sk, version, reason, detail, since } = suspension.right;
    yield { streamId: sk, version, reason, detail, since };
  }
}

export const suspended: DomainCommand = ({ name }) => {
  const { stream, streams, idField } = wordsOf(name);
  return {
    summary: `list the ${streams} that are suspended before an event that cannot be folded`,
    usage: "suspended --stack NAME | --local [--json]",
    help: `Lists every suspended ${stream}, with the event that suspended it, the reason and the time. docs/runbook/README.md
says what to do.`,
    options: {},
    run: async ({ tables, json, write }) => {
      const all: SuspendedStream[] = [];
      for await (const one of suspendedStreams(tables)) all.push(one);
      await write(
        json
          ? jsonText(all.map(suspendedJson(idField)))
          : all.length === 0
            ? lines(`No ${stream} is suspended.`)
            : all.map(suspendedText).join(""),
      );
      return exitCode.done;
    },
  };
};
