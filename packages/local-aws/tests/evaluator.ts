import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../src/cloud";
import { Deployment } from "../src/deployment";
import { runProgram } from "../src/program";

// Evaluates the program in the folder of its first argument whenever it is asked to, and answers with the outcome.

const folder = process.argv[2] ?? "";
const config = { project: "shop", values: { "shop:size": "3" } };

process.on("message", async () => {
  const cloud = { region: "eu-central-1", progress() {} } as unknown as Cloud;
  const outcome = await runProgram(folder, "dev", config, new Deployment(cloud)).catch(
    (error: unknown) => ({ fault: (error as Error).message }),
  );
  // What fails unheard is reported a moment later, and ends this process.
  await sleep(100);
  process.send?.(outcome);
});
