import { Interrupted } from "./interrupt";
import { UsageError } from "./usage-error";

// The SDK warns whoever runs it on Node.js 20, which is as new as this package asks for.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/**
 * Runs a command's main function: what goes wrong is told in a line, and ends the process with a code that says so.
 * @param options.endless the command ends by Ctrl-C alone, which is then no failure that npm would have to report
 */
export function runCommand(main: () => Promise<void>, { endless = false } = {}): void {
  const end = (error: unknown): void => {
    // 130 is how shells number an end by Ctrl-C.
    if (error instanceof Interrupted) {
      process.exit(endless ? 0 : 130);
    }
    fail(error);
  };
  process.on("uncaughtException", end);
  main().then(() => process.exit(), end);
}

function fail(error: unknown): never {
  console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof UsageError) {
    process.exit(2);
  }
  if (process.env.DEBUG !== undefined) {
    console.error(error);
  }
  process.exit(1);
}
