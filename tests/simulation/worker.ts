import { runSeeds } from "./run";

// A worker process of main.ts: gets ranges of seeds, answers with what they came to.

process.on("message", async ({ from, seeds }: { from: number; seeds: number }) => {
  process.send?.(await runSeeds(from, seeds));
});
process.on("disconnect", () => process.exit());
