import { relative, sep } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { plain } from "./plain";
import { type Recorded, recordWhile } from "./recording";

// A process of its own for each evaluation: a program's modules, and Pulumi's state, are made once in a process.
//
//   record-program.ts FOLDER STACK

/** What the process answers. */
export type Answer = { readonly resources: readonly Recorded[] } | { readonly error: string };

async function main(folder: string, stack: string): Promise<void> {
  // A program's faults beside its resources, such as in a function over an output, are reported in no other way.
  process.on("unhandledRejection", fail);
  process.on("uncaughtException", fail);
  const { resources } = await recordWhile(stack, async () => require(folder) as pulumi.Inputs);
  answer({
    resources: await Promise.all(
      resources.map(async (one) => ({
        ...one,
        inputs: (await plain(one.inputs)) as Recorded["inputs"],
        outputs: (await plain(one.outputs)) as Recorded["outputs"],
      })),
    ),
  });
}

/** The first fault says why; those that follow from it say nothing new. */
const answer = (message: Answer): void => {
  process.send?.(message, () => process.exit());
};

function fail(error: unknown): void {
  answer({ error: explain(error) });
}

/** A RunError is a program's own word to its user; of any other error it matters where it was thrown. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "RunError" || "__pulumiRunError" in error) return error.message;
  const place = error.stack
    ?.split("\n")
    .map((line) => /\(?((?:\/|[A-Z]:\\)[^()]*:\d+:\d+)\)?$/.exec(line)?.[1])
    .find((found) => found !== undefined && !found.includes(`${sep}node_modules${sep}`));
  return place === undefined
    ? error.message
    : `${error.message}\n  at ${relative(process.cwd(), place)}`;
}

const [folder = ".", stack = ""] = process.argv.slice(2);
main(folder, stack).catch(fail);
