/** Resolves with the first of Ctrl-C and a polite request to end; a second one ends the process at once. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.once("SIGINT", () => process.exit(130));
      resolve();
    };
    process.once("SIGINT", end);
    process.once("SIGTERM", end);
  });
}
