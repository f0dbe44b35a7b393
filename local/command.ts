import { UsageError } from "./options";

// The SDK warns whoever runs it on Node.js 20, which is as new as this project asks for.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** Runs a command's main function: what goes wrong is told in a line, and ends the process with a code that says so. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
    process.exit();
  } catch (error) {
    const mistake = error instanceof UsageError;
    const message = error instanceof Error ? error.message : String(error);
    console.error(`Error: ${message}`);
    if (!mistake && process.env.DEBUG !== undefined) console.error(error);
    process.exit(mistake ? 2 : 1);
  }
}
