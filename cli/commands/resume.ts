import * as E from "fp-ts/Either";
import * as O from "fp-ts/Option";
import { resumeStream } from "../../core/projection/resume-stream";
import { type Command, exitCode, jsonText, lines } from "../command";
import { CommandError } from "../errors";
import { answerTo, checkAccount, type Ledger } from "../ledger-tables";
import { requiredAccount, tellProjectionError } from "./account";

const load = (ledger: Ledger, accountId: string) =>
  answerTo(ledger.ports.readModel.load(accountId));

export const resume: Command = {
  summary: "let a suspended account go on",
  usage: "resume --account ID --stack NAME | --local [--json]",
  help: `Lets a suspended account go on, in order, from the event it was suspended at to its last one. Where that event still cannot be
folded the account is suspended again, and the exit code is 1. An account that is not suspended is brought up to its last event.
A resume that did not succeed may have let the account go already: repeat it until it does.

Subscribers are not notified of what is folded by this command; the mutation resumeStream notifies them.`,
  options: { account: { type: "string" } },
  check: (values) => void requiredAccount(values),
  run: async ({ ledger, json, write }, values) => {
    const accountId = requiredAccount(values);
    await checkAccount(ledger, accountId);
    const before = await load(ledger, accountId);
    const resumed = await resumeStream(accountId)(ledger.ports)();
    if (E.isLeft(resumed)) {
      throw new CommandError(`${accountId}: ${tellProjectionError(resumed.left)}`);
    }
    const after = await load(ledger, accountId);
    const version = O.isSome(after) ? after.value.version : 0;
    const suspension = O.isSome(after) ? O.toNullable(after.value.suspended) : null;
    const wasSuspended = O.isSome(before) && O.isSome(before.value.suspended);
    const told =
      suspension !== null
        ? `${accountId} is suspended again, before event ${suspension.version}: ${suspension.reason}, ${suspension.detail}`
        : wasSuspended
          ? `${accountId} was resumed and has followed its events to version ${version}.`
          : `${accountId} is not suspended; it is at version ${version}.`;
    await write(
      json ? jsonText({ accountId, version, wasSuspended, suspended: suspension }) : lines(told),
    );
    return suspension === null ? exitCode.done : exitCode.wanting;
  },
};
