import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { supportDocument, supportFile } from "./support-document";

// Writes docs/support.md: `npm run docs:local-aws`.
mkdirSync(dirname(supportFile), { recursive: true });
writeFileSync(supportFile, supportDocument());
