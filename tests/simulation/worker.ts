import { loadSubject } from "./load-subject";
import { runSimulated } from "./run";

// A worker process of main.ts: gets ranges of seeds, answers with their outcomes. Its argument is the subject's module.

const subject = loadSubject(process.argv[2] ?? "");

process.on("message", async ({ from, seeds }: { from: number; seeds: number }) => {
  process.send?.(await runSimulated(await subject, from, seeds));
});
process.on("disconnect", () => process.exit());
