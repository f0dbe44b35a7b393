import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { runCommand } from "local-aws";
import { evaluate } from "./evaluate";
import { permissionsDocument, permissionsFile } from "./permissions-document";

// Writes docs/permissions.md: `npm run docs:permissions`. Roles do not differ between stacks, and prod has all of them.
runCommand(async () => {
  const program = resolve(__dirname, "../..");
  const resources = await evaluate(program, "prod");
  writeFileSync(resolve(program, permissionsFile), permissionsDocument({ resources }));
});
