import type { Verification } from "../../core/verification/verification";
import { counted, type DomainCommand, exitCode, jsonText, lines } from "../command";
import { CommandError } from "../errors";
import { type Outcome, rebuildAll, rebuildOne } from "../rebuilding";
import { findingsJson, findingsText, suspendedJson, suspendedText } from "../report";
import { wordsOf } from "../words";
import { requiredStreamId } from "./stream-option";

const skippedText = (skipped: readonly Verification[]): string =>
  skipped.length === 0
    ? ""
    : lines(
        "Not rebuilt, because the events are not those that were folded once and a rebuild would overwrite the evidence:",
      ) +
      skipped.map(findingsText).join("") +
      lines(
        "Once you know why, correct the events, or rebuild from them as they are with --trust-events.",
      );

const remainingText = (remaining: readonly Verification[]): string =>
  remaining.length === 0
    ? ""
    : lines("Rebuilt, but these rows are not the projection's:") +
      remaining.map(findingsText).join("") +
      lines(
        "The rebuilder removes rows of no event a minute after a rebuild, except for those whose keys are among the new",
        "entries'. Verify again then: look at what is still there, and delete it by hand.",
      );

/** What happens after the command has ended. */
const laterText = (rebuilt: number): string =>
  rebuilt === 0 ? "" : lines("The rebuilder removes the replaced rows a minute later.");

const outcomeText = (
  stream: string,
  { untouched, rebuilt, skipped, remaining, failed, suspended }: Outcome,
): string =>
  [
    skippedText(skipped),
    remainingText(remaining),
    ...failed.map(({ streamId, error }) => lines(`${streamId}: not rebuilt: ${error}`)),
    ...suspended.map(suspendedText),
    lines(
      `${counted(rebuilt, stream)} rebuilt, ${untouched} already correct, ` +
        `${skipped.length} skipped, ${failed.length} failed, ${suspended.length} suspended.`,
    ),
    laterText(rebuilt),
  ].join("");

const outcomeJson = (
  idField: string,
  { untouched, rebuilt, skipped, remaining, failed, suspended }: Outcome,
) => ({
  untouched,
  rebuilt,
  skipped: skipped.map(findingsJson(idField)),
  remaining: remaining.map(findingsJson(idField)),
  failed: failed.map(({ streamId, error }) => ({ [idField]: streamId, error })),
  suspended: suspended.map(suspendedJson(idField)),
});

export const rebuild: DomainCommand = ({ name }) => {
  const { stream, aStream, streams, idField } = wordsOf(name);
  const one = `--${stream} ID`;
  return {
    summary: `rebuild ${streams} from their first event, to mend or to replace their rows`,
    usage: `rebuild ${one} | --all --stack NAME | --local [--trust-events] [--json]`,
    help: `Rebuilds ${streams}: folds them from their first event, beside the rows that are read, and replaces those at once, while
the projector is running. The rows that were replaced stay for a minute, for readers that are at them; then the rebuilder,
a function of the stack, removes them. Run it for the ${streams} in the failure queues, and where verify finds a difference
in the read model. After you have raised the projection version, ${streams} with new events are rebuilt by themselves: run it
for the others.

  ${one.padEnd(16)} this ${stream}, whatever state it is in
  --all            every ${stream} whose rows are not the fold of its events; the others are read and left alone.
                   After an interruption run it again: it skips the ${streams} whose rows are already correct
  --trust-events   rebuild also where events are not those that were folded once (see verify). Without it such
                   ${aStream} is skipped, because a rebuild would overwrite the evidence

This command publishes nothing to subscribers. The exit code is 1 when ${aStream} was skipped, still differs, or could
not be rebuilt.`,
    options: {
      [stream]: { type: "string" },
      all: { type: "boolean" },
      "trust-events": { type: "boolean" },
    },
    check: (values) => {
      if ((values[stream] === undefined) === (values.all !== true)) {
        throw new CommandError(`say which: ${one} or --all`);
      }
      if (values.all !== true) requiredStreamId(stream, values);
    },
    run: async (context, values) => {
      const trust = values["trust-events"] === true;
      const outcome =
        values.all === true
          ? await rebuildAll(context, trust)
          : await rebuildOne(context, requiredStreamId(stream, values), trust);
      await context.write(
        context.json ? jsonText(outcomeJson(idField, outcome)) : outcomeText(stream, outcome),
      );
      const { skipped, remaining, failed } = outcome;
      return skipped.length + remaining.length + failed.length === 0
        ? exitCode.done
        : exitCode.unresolved;
    },
  };
};
