import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { releaseStream } from "../../core/projection/resume-stream";
import { type Command, exitCode, jsonText, lines } from "../command";
import { CommandError } from "../errors";
import { answerTo, checkAccount, type Ledger } from "../ledger-tables";
import { requiredAccount, tellProjectionError } from "./account";

const load = (ledger: Ledger, accountId: string) =>
  answerTo(ledger.ports.readModel.load(accountId));

export const release: Command = {
  summary: "let a held account go on",
  usage: "release --account ID --stack NAME | --local [--json]",
  help: `Lets a held account go on, in order, from the event it was held at to its last one. Where that event still cannot be
folded the account is held again, and the exit code is 1. An account that is not held is brought up to its last event.
A release that did not succeed may have let the account go already: repeat it until it does.

Subscribers are not notified of what is folded by this command; the mutation releaseStream notifies them.`,
  options: { account: { type: "string" } },
  check: (values) => void requiredAccount(values),
  run: async ({ ledger, json, write }, values) => {
    const accountId = requiredAccount(values);
    await checkAccount(ledger, accountId);
    const before = await load(ledger, accountId);
    const released = await releaseStream(accountId)(ledger.ports)();
    if (E.isLeft(released)) {
      throw new CommandError(`${accountId}: ${tellProjectionError(released.left)}`);
    }
    const after = await load(ledger, accountId);
    const version = O.isSome(after) ? after.value.version : 0;
    const hold = O.isSome(after) ? O.toNullable(after.value.held) : null;
    const wasHeld = O.isSome(before) && O.isSome(before.value.held);
    const told =
      hold !== null
        ? `${accountId} is held again, before event ${hold.version}: ${hold.reason}, ${hold.detail}`
        : wasHeld
          ? `${accountId} was released and has followed its events to version ${version}.`
          : `${accountId} is not held; it is at version ${version}.`;
    await write(json ? jsonText({ accountId, version, wasHeld, held: hold }) : lines(told));
    return hold === null ? exitCode.done : exitCode.wanting;
  },
};
