import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Inputs } from "./inputs";
import { withoutReferences } from "./resource-references";
import type { Registration } from "./resources";
import type { Provisioned } from "./resources/resource";
import type { StackConfig } from "./stack-config";
import { UsageError } from "./usage-error";

type Pulumi = typeof import("@pulumi/pulumi");

/** How Pulumi's automation keeps programs of one process apart. Its declarations leave it out. */
interface PulumiState {
  withLocalStorage<A>(work: () => Promise<A>): Promise<A>;
}

/** The program's outputs under their own names, as plain values. */
export type Outputs = Readonly<Record<string, unknown>>;

/** What answers a program while it is evaluated. */
export interface Answers {
  /** Makes a resource, or updates it; the engine's real outputs flow on to the program. */
  resource(registration: Registration): Promise<Provisioned>;
  /** Answers a call of a provider's function. */
  call(token: string, inputs: Inputs): unknown;
}

/** Of an evaluation that has failed: what waited for its resources may be rejected at any time, and says nothing new. */
let reportOfFailed: (error: unknown) => void = () => {};

/**
 * Evaluates the program for a stack. Every resource is made on its engine as soon as the program registers it, and is
 * answered with that engine's real outputs, so that values flow from resource to resource as they do on AWS.
 *
 * A process can evaluate it again, or another one after it: its files are read anew then. The process is in the
 * program's folder meanwhile, as Pulumi has it.
 */
export async function runProgram(
  folder: string,
  stack: string,
  { project, values }: StackConfig,
  answers: Answers,
): Promise<Outputs> {
  const { withLocalStorage } = requireOf(folder, "@pulumi/pulumi/runtime/state") as PulumiState;
  const callersFolder = process.cwd();
  return withLocalStorage(async () => {
    const pulumi = requireOf(folder, "@pulumi/pulumi") as Pulumi;
    const fault = firstFault();
    process.off("unhandledRejection", reportOfFailed);
    // What fails beside a resource, such as a function over an output, is reported in no other way.
    process.on("unhandledRejection", fault.report);
    pulumi.runtime.setAllConfig({ ...values });
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs: given, custom = true }) =>
          fault.reportFrom(async () => {
            const inputs = await withoutReferences(given as Inputs);
            return answers.resource({ type, name, inputs, custom });
          }),
        call: ({ token, inputs }) => fault.reportFrom(async () => answers.call(token, inputs)),
      },
      project,
      stack,
    );
    try {
      process.chdir(folder);
      const evaluated = evaluate(pulumi, folder);
      evaluated.catch(fault.report);
      const outputs = await Promise.race([evaluated, fault.happened]);
      process.off("unhandledRejection", fault.report);
      return outputs;
    } catch (error) {
      // What waits for the resources that are not made any more would be reported when the process ends.
      pulumi.runtime.terminateRpcs();
      await fault.settled();
      reportOfFailed = fault.report;
      throw error;
    } finally {
      process.chdir(callersFolder);
    }
  });
}

/**
 * A resource that cannot be made fails every resource and output that waits for it, each of which Pulumi reports in a
 * rejection of its own: the first fault is the one that says why, and those after it say nothing more.
 */
function firstFault() {
  let report: (error: unknown) => void = () => {};
  const working = new Set<Promise<unknown>>();
  const happened = new Promise<never>((_, reject) => {
    report = reject;
  });
  return {
    happened,
    report,
    async reportFrom<A>(work: () => Promise<A>): Promise<A> {
      const result = work();
      working.add(result);
      try {
        return await result;
      } catch (error) {
        report(error);
        throw error;
      } finally {
        working.delete(result);
      }
    },
    /** Resolves once nothing is worked on any more, and the rejections that follow a fault have been reported. */
    async settled(): Promise<void> {
      await Promise.allSettled(working);
      await nextTurn();
    },
  };
}

/** A part of Pulumi as the program loads it: its state is a module's own, and the program may have another copy. */
function requireOf(folder: string, part: string): unknown {
  try {
    return createRequire(join(folder, "Pulumi.yaml"))(part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") {
      throw error;
    }
    throw new UsageError(`@pulumi/pulumi is not installed for the program in ${folder}`);
  }
}

/** What was loaded before any program was: such as the command that starts it. */
let others: ReadonlySet<string> | undefined;

const thisPackage = join(__dirname, "..", sep);

/** The files of the program itself that are loaded, without what is installed. */
export function programFiles(): readonly string[] {
  return Object.keys(require.cache).filter(
    (file) =>
      others?.has(file) === false &&
      !file.startsWith(thisPackage) &&
      !file.includes(`${sep}node_modules${sep}`),
  );
}

async function evaluate(pulumi: Pulumi, folder: string): Promise<Outputs> {
  others ??= new Set(Object.keys(require.cache));
  for (const file of programFiles()) {
    delete require.cache[file];
  }
  // A folder is loaded as Pulumi does it: what its package.json calls "main", or its index file.
  const exported = await pulumi.runtime.runInPulumiStack(() => require(folder));
  await pulumi.runtime.disconnect();
  const outputs = pulumi.output({ ...exported }) as unknown as { promise(): Promise<Outputs> };
  const values = await outputs.promise();
  // Node.js reports rejections that nobody has handled between two turns of the event loop.
  await nextTurn();
  return values;
}
