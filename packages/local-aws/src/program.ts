import { createRequire } from "node:module";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Cloud } from "./cloud";
import type { Inputs } from "./inputs";
import { withoutReferences } from "./resource-references";
import { provision } from "./resources";
import { invoke } from "./resources/invokes";
import type { StackConfig } from "./stack-config";
import { UsageError } from "./usage-error";

type Pulumi = typeof import("@pulumi/pulumi");

/** The program's outputs under their own names, as plain values. */
export type Outputs = Readonly<Record<string, unknown>>;

/**
 * Evaluates the program for a stack. Every resource is made on its engine as soon as the program registers it, and is
 * answered with that engine's real outputs, so that values flow from resource to resource as they do on AWS.
 */
export async function runProgram(
  folder: string,
  stack: string,
  { project, values }: StackConfig,
  cloud: Cloud,
): Promise<Outputs> {
  const pulumi = loadPulumi(folder);
  const fault = firstFault();
  // What fails beside a resource, such as a function over an output, is reported in no other way.
  process.on("unhandledRejection", fault.report);
  pulumi.runtime.setAllConfig({ ...values });
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given, custom = true }) =>
        fault.reportFrom(async () => {
          const inputs = await withoutReferences(given as Inputs);
          return provision({ type, name, inputs, custom }, cloud);
        }),
      call: ({ token, inputs }) => fault.reportFrom(async () => invoke(token, inputs, cloud)),
    },
    project,
    stack,
  );
  try {
    const outputs = await Promise.race([
      fault.reportFrom(() => evaluate(pulumi, folder)),
      fault.happened,
    ]);
    process.off("unhandledRejection", fault.report);
    return outputs;
  } catch (error) {
    // What waits for the resources that are not made any more would be reported when the process ends.
    pulumi.runtime.terminateRpcs();
    throw error;
  }
}

/**
 * A resource that cannot be made fails every resource and output that waits for it, each of which Pulumi reports in a
 * rejection of its own: the first fault is the one that says why, and those after it say nothing more.
 */
function firstFault() {
  let report: (error: unknown) => void = () => {};
  const happened = new Promise<never>((_, reject) => {
    report = reject;
  });
  return {
    happened,
    report,
    async reportFrom<A>(work: () => Promise<A>): Promise<A> {
      try {
        return await work();
      } catch (error) {
        report(error);
        throw error;
      }
    },
  };
}

/** Pulumi's runtime as the program loads it: its state is a module's own, and the program may have another copy. */
function loadPulumi(folder: string): Pulumi {
  try {
    return createRequire(join(folder, "Pulumi.yaml"))("@pulumi/pulumi") as Pulumi;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") {
      throw error;
    }
    throw new UsageError(`@pulumi/pulumi is not installed for the program in ${folder}`);
  }
}

async function evaluate(pulumi: Pulumi, folder: string): Promise<Outputs> {
  process.chdir(folder);
  // A folder is loaded as Pulumi does it: what its package.json calls "main", or its index file.
  const exported = await pulumi.runtime.runInPulumiStack(() => require(folder));
  await pulumi.runtime.disconnect();
  const outputs = pulumi.output({ ...exported }) as unknown as { promise(): Promise<Outputs> };
  const values = await outputs.promise();
  // Node.js reports rejections that nobody has handled between two turns of the event loop.
  await nextTurn();
  return values;
}
