import { engines } from "../package.json";
import { UsageError } from "./usage-error";

/** Throws one line that says what to install, where Node.js is older than package.json asks for: npm only warns. */
export function checkNodeVersion(version: string): void {
  const needed = engines.node.replace(">=", "");
  if (version.localeCompare(needed, "en", { numeric: true }) < 0) {
    throw new UsageError(
      `Node.js ${needed} or newer is needed, this is ${version}: install it from https://nodejs.org`,
    );
  }
}
