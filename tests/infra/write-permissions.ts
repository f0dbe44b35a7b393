import { writeFileSync } from "node:fs";
import { permissionsDocument, permissionsFile } from "./permissions-document";
import { recordWhile } from "./recording";

// Writes docs/permissions.md: `npm run docs:permissions`. Roles do not differ between stacks.
async function write(): Promise<void> {
  const recording = await recordWhile("prod", () => import("../../index.js"));
  writeFileSync(permissionsFile, permissionsDocument(recording));
}

void write();
