import * as E from "fp-ts/Either";
import * as t from "io-ts";
import { decodeWith } from "../../core/projection/decoding";
import { Suspension } from "../../core/projection/fold";
import { suspensionKey } from "../../lambda/adapters/rows";
import { type Command, exitCode, jsonText, lines } from "../command";
import { CommandError } from "../errors";
import type { Ledger } from "../ledger-tables";
import { type Suspended, suspendedText } from "../report";
import { rowsIn } from "../stored-rows";

const SuspensionRow = t.intersection([t.type({ accountId: t.string }), Suspension]);

/** The suspended streams, as the read model lists them. */
async function* suspendedStreams({ documents, readModel }: Ledger): AsyncGenerator<Suspended> {
  for await (const row of rowsIn(documents, readModel, suspensionKey("").pk)) {
    const suspension = decodeWith(SuspensionRow)(row);
    if (E.isLeft(suspension)) {
      throw new CommandError(
        `the suspended stream ${String(row.sk)} cannot be read: ${suspension.left}`,
      );
    }
    const { accountId, version, reason, detail, since } = suspension.right;
    yield { accountId, version, reason, detail, since };
  }
}

export const suspended: Command = {
  summary: "list the accounts that stand still before an event that cannot be folded",
  usage: "suspended --stack NAME | --local [--json]",
  help: `Lists every suspended account: the event it stands before, why, and since when. docs/operations.md tells what to do.`,
  options: {},
  run: async ({ ledger, json, write }) => {
    const all: Suspended[] = [];
    for await (const stream of suspendedStreams(ledger)) all.push(stream);
    await write(
      json
        ? jsonText(all)
        : all.length === 0
          ? lines("No account is suspended.")
          : all.map(suspendedText).join(""),
    );
    return exitCode.done;
  },
};
