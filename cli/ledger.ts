import { resolve } from "node:path";
import { ledger } from "../core/ledger";
import { runCommandLine } from "./command-line";

runCommandLine(ledger, { program: resolve(__dirname, ".."), call: "npm run ledger --" });
