import type { LocalStack } from "./stack";
import { watchProgram } from "./watch";

/**
 * Applies the program to its running stack whenever one of its files changes, and says what that has changed. A fault is
 * said in a line; the stack goes on as it was, and the next change is another try.
 * @param dataDirectory changes all the time
 */
export function updateOnChange(
  program: string,
  stack: LocalStack,
  dataDirectory: string | undefined,
): Promise<{ stop(): Promise<void> }> {
  return watchProgram(program, dataDirectory, async (file) => {
    const started = Date.now();
    try {
      const { made, changed, left } = await stack.update();
      const parts = [
        ...changed.map((name) => `${name} changed`),
        ...made.map((name) => `${name} made`),
        ...left.map((name) => `${name} is in the program no more`),
      ];
      if (parts.length > 0) {
        const seconds = ((Date.now() - started) / 1_000).toFixed(1);
        console.log(`${file}: ${parts.join(", ")} (${seconds} s)`);
      }
    } catch (error) {
      const [reason] = String(error instanceof Error ? error.message : error).split("\n");
      console.error(`${file}: not applied: ${reason}`);
    }
  });
}
