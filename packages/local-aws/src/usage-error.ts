/** A mistake in the command line or in what the machine has: told in one line, without a stack trace. */
export class UsageError extends Error {}
