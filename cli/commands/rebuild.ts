import type { Verification } from "../../core/verification/verification";
import { type Command, counted, exitCode, jsonText, lines, type Values } from "../command";
import { CommandError } from "../errors";
import { findingsJson, findingsText, heldText } from "../report";
import { type Outcome, reprojectAll, reprojectOne } from "../rebuilding";

const refusedText = (refused: readonly Verification[]): string =>
  refused.length === 0
    ? ""
    : lines(
        "Not refolded, because the events are not those that were folded once and a refold would write over the evidence:",
      ) +
      refused.map(findingsText).join("") +
      lines(
        "Once you know why, put the events right, or refold them as they are with --trust-events.",
      );

const remainingText = (remaining: readonly Verification[]): string =>
  remaining.length === 0
    ? ""
    : lines(
        "Refolded, but these rows are not the projection's: look at them, and delete them by hand:",
      ) + remaining.map(findingsText).join("");

const outcomeText = ({ untouched, refolded, refused, remaining, failed, held }: Outcome): string =>
  [
    refusedText(refused),
    remainingText(remaining),
    ...failed.map(({ accountId, error }) => lines(`${accountId}: not refolded: ${error}`)),
    ...held.map(heldText),
    lines(
      `${counted(refolded, "account")} refolded, ${untouched} right as they were, ` +
        `${refused.length} refused, ${failed.length} failed, ${held.length} held.`,
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

export const reproject: Command = {
  summary: "fold accounts anew from their first event, to mend or to replace their rows",
  usage: "reproject --account ID | --all --stack NAME | --local [--trust-events] [--json]",
  help: `Folds accounts anew from their first event and replaces their rows, while the projector is at work. The old rows serve
their readers until then. Run it after the projection's number was raised, for what is in the failure queue, and where
verify has found a difference in the read model.

  --account ID     this account, whatever state it is in
  --all            every account whose rows are not what its events make of them; the others are read and left alone.
                   Interrupted, it is run again: what is done is seen in the tables and not written a second time
  --trust-events   refold also where events are not those that were folded once (see verify). Without it such an
                   account is left alone, because a refold would write over the evidence

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
        ? await reprojectOne(context, values.account, trust)
        : await reprojectAll(context, trust);
    await context.write(context.json ? jsonText(outcomeJson(outcome)) : outcomeText(outcome));
    const { refused, remaining, failed } = outcome;
    return refused.length + remaining.length + failed.length === 0
      ? exitCode.done
      : exitCode.wanting;
  },
};
