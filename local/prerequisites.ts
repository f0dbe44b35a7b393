import { spawnSync } from "node:child_process";
import { UsageError } from "./options";

/** Throws one line that says what to install, where Node.js or Java is missing or too old. */
export function checkPrerequisites(): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new UsageError(
      `Node.js 20.19 or newer is needed, this is ${process.versions.node}: install it from https://nodejs.org`,
    );
  }
  if (spawnSync("java", ["-version"], { stdio: "ignore" }).status !== 0) {
    throw new UsageError(
      "a Java runtime, 11 or newer, is needed for DynamoDB Local: install one, e.g. `apt-get install default-jre-headless`, or from https://adoptium.net",
    );
  }
}
