import type { Verification } from "../../core/verification/verification";
import { type Command, counted, exitCode, jsonText, lines, type Values } from "../command";
import { CommandError } from "../errors";
import { type Outcome, rebuildAll, rebuildOne } from "../rebuilding";
import { findingsJson, findingsText, suspendedText } from "../report";

const refusedText = (refused: readonly Verification[]): string =>
  refused.length === 0
    ? ""
    : lines(
        "Not rebuilt, because the events are not those that were folded once and a rebuild would write over the evidence:",
      ) +
      refused.map(findingsText).join("") +
      lines(
        "Once you know why, put the events right, or rebuild them as they are with --trust-events.",
      );

const remainingText = (remaining: readonly Verification[]): string =>
  remaining.length === 0
    ? ""
    : lines(
        "Rebuilt, but these rows are not the projection's: look at them, and delete them by hand:",
      ) + remaining.map(findingsText).join("");

const outcomeText = ({
  untouched,
  rebuilt,
  refused,
  remaining,
  failed,
  suspended,
}: Outcome): string =>
  [
    refusedText(refused),
    remainingText(remaining),
    ...failed.map(({ accountId, error }) => lines(`${accountId}: not rebuilt: ${error}`)),
    ...suspended.map(suspendedText),
    lines(
      `${counted(rebuilt, "account")} rebuilt, ${untouched} right as they were, ` +
        `${refused.length} refused, ${failed.length} failed, ${suspended.length} suspended.`,
    ),
  ].join("");

const outcomeJson = (outcome: Outcome) => ({
  ...outcome,
  refused: outcome.refused.map(findingsJson),
  remaining: outcome.remaining.map(findingsJson),
});

const checkScope = ({ account, all }: Values): void => {
  if ((account === undefined) === (all !== true)) {
    throw new CommandError("say which: --account ID or --all");
  }
};

export const rebuild: Command = {
  summary: "fold accounts anew from their first event, to mend or to replace their rows",
  usage: "rebuild --account ID | --all --stack NAME | --local [--trust-events] [--json]",
  help: `Folds accounts anew from their first event and replaces their rows, while the projector is at work. The old rows serve
their readers until then. Run it after the projection's number was raised, for what is in the failure queue, and where
verify has found a difference in the read model.

  --account ID     this account, whatever state it is in
  --all            every account whose rows are not what its events make of them; the others are read and left alone.
                   Interrupted, it is run again: what is done is seen in the tables and not written a second time
  --trust-events   rebuild also where events are not those that were folded once (see verify). Without it such an
                   account is left alone, because a rebuild would write over the evidence

Subscribers are not notified of what is folded by this command. The exit code is 1 when an account was left that is not
as it should be.`,
  options: {
    account: { type: "string" },
    all: { type: "boolean" },
    "trust-events": { type: "boolean" },
  },
  check: checkScope,
  run: async (context, values) => {
    const trust = values["trust-events"] === true;
    const outcome =
      typeof values.account === "string"
        ? await rebuildOne(context, values.account, trust)
        : await rebuildAll(context, trust);
    await context.write(context.json ? jsonText(outcomeJson(outcome)) : outcomeText(outcome));
    const { refused, remaining, failed } = outcome;
    return refused.length + remaining.length + failed.length === 0
      ? exitCode.done
      : exitCode.wanting;
  },
};
