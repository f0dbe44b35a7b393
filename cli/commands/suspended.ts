import * as E from "fp-ts/Either";
import * as t from "io-ts";
import { decodeWith } from "../../core/projection/decoding";
import { Hold } from "../../core/projection/fold";
import { holdKey } from "../../lambda/adapters/rows";
import { type Command, exitCode, jsonText, lines } from "../command";
import { CommandError } from "../errors";
import { rowsIn } from "../stored-rows";
import type { Ledger } from "../ledger-tables";
import { type Held, heldText } from "../report";

const HoldRow = t.intersection([t.type({ accountId: t.string }), Hold]);

/** The held streams, as the read model lists them. */
async function* heldStreams({ documents, readModel }: Ledger): AsyncGenerator<Held> {
  for await (const row of rowsIn(documents, readModel, holdKey("").pk)) {
    const hold = decodeWith(HoldRow)(row);
    if (E.isLeft(hold)) {
      throw new CommandError(`the held stream ${String(row.sk)} cannot be read: ${hold.left}`);
    }
    const { accountId, version, reason, detail, since } = hold.right;
    yield { accountId, version, reason, detail, since };
  }
}

export const held: Command = {
  summary: "list the accounts that stand still before an event that cannot be folded",
  usage: "held --stack NAME | --local [--json]",
  help: `Lists every held account: the event it stands before, why, and since when. docs/operations.md tells what to do.`,
  options: {},
  run: async ({ ledger, json, write }) => {
    const all: Held[] = [];
    for await (const stream of heldStreams(ledger)) all.push(stream);
    await write(
      json
        ? jsonText(all)
        : all.length === 0
          ? lines("No account is held.")
          : all.map(heldText).join(""),
    );
    return exitCode.done;
  },
};
