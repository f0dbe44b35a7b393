import type { Exemption } from "./rule";

/** The stacks of both programs that may be thrown away with what is in them. */
const throwaway = ["event-ledger/dev", "inventory/dev"];

/** The program and the example have the same resources under their own names. */
const ofBoth = (resource: string) => [`ledger-${resource}`, `inventory-${resource}`];

const exempt = (
  rule: string,
  resources: readonly string[],
  reason: string,
  stacks?: readonly string[],
): readonly Exemption[] =>
  resources.flatMap((part) =>
    ofBoth(part).map((resource) => ({
      rule,
      resource,
      reason,
      ...(stacks === undefined
        ? {}
        : { stacks: stacks.filter((stack) => ofProgram(stack, resource)) }),
    })),
  );

const ofProgram = (stack: string, resource: string) =>
  stack.startsWith("inventory/") === resource.startsWith("inventory-");

/** What need not keep a rule, and why. */
export const exemptions: readonly Exemption[] = [
  ...exempt(
    "recovery",
    ["events", "read-model", "sign-in-users"],
    "The stack is for trying out: it is destroyed with its data, which deletion protection would prevent.",
    throwaway,
  ),
  ...exempt(
    "backup",
    ["read-model"],
    "Its rows are the fold of the event table's events, from which a rebuild makes them again.",
  ),
  ...exempt(
    "backup",
    ["events"],
    "The stack is for trying out: nobody would miss what is in it.",
    throwaway,
  ),
  ...exempt(
    "function-concurrency",
    ["projector-function"],
    "The event table's stream limits it to one invocation for each shard; a reservation would only hold it back.",
  ),
  ...exempt(
    "function-concurrency",
    ["rebuilder-function"],
    "Its mapping to the queue limits it to ten invocations at a time.",
  ),
  ...exempt(
    "function-concurrency",
    ["resumer-function"],
    "Operators alone call it, one stream at a time.",
  ),
  ...exempt(
    "no-wildcards",
    ["alarms-key"],
    "In a key's policy * is the key itself, and without the account in it nobody could manage the key.",
  ),
  {
    rule: "no-wildcards",
    resource: "ledger-audit-key",
    stacks: ["event-ledger/staging", "event-ledger/prod"],
    reason:
      "In a key's policy * is the key itself, and without the account in it nobody could manage the key.",
  },
  ...exempt(
    "alarm-on-queue-lag",
    ["rebuilds-requests"],
    "After a release that rebuilds every stream its messages wait for hours, as they should; what is stuck ends in the failure queue, whose alarm tells.",
  ),
];
