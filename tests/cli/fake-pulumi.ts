import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The Pulumi CLI needs a backend to sign in to, so a shell script stands in for it. Answers with a PATH on which it is
 * found, in a new folder inside `folder`.
 */
export function fakePulumi(folder: string, script: string): string {
  const bin = mkdtempSync(join(folder, "bin-"));
  const file = join(bin, "pulumi");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return [bin, "/usr/bin", "/bin"].join(delimiter);
}
