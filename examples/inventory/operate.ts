import { runCommandLine } from "../../cli/command-line";
import { inventory } from "./article";

runCommandLine(inventory, {
  program: __dirname,
  call: "npx tsx examples/inventory/operate.ts",
});
