import { resolve } from "node:path";
import { readOptions, UsageError } from "local-aws";
import { evaluate, hasStack, ProgramError, requireStack } from "./evaluate";
import { type Format, formats } from "./formats";
import { type Earlier, sectionsOf } from "./page";
import { openRevision } from "./revision";

const help = `Shows what a stack is made of, without a cloud and without credentials: its resources, who may do what, and what
it is estimated to cost. With --diff, what changes against another revision comes first.

  npm run --silent preview -- [options]

  --stack NAME      the stack, whose settings are in Pulumi.NAME.yaml (dev)
  --diff REVISION   a commit, branch or tag of git to compare with, such as main or HEAD~1
  --format FORMAT   text, or markdown for a pull request's comment (text)
  --program DIR     the folder of the Pulumi program (the ledger's)
  -h, --help        this text

The page goes to standard output, progress and what the program prints to standard error. Files that are not committed
count as they are. Pulumi itself, which knows what is deployed, has the last word: \`pulumi preview\`.`;

type Progress = (text: string) => void;

/** A program's own error, with the revision that it is of. */
async function evaluated(folder: string, stack: string, of: string, progress: Progress) {
  try {
    progress(`Evaluating ${stack} of ${of} …`);
    return await evaluate(folder, stack);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new Error(`the program of ${of} does not evaluate for ${stack}:\n\n${error.message}`);
  }
}

async function earlier(
  program: string,
  stack: string,
  name: string,
  progress: Progress,
): Promise<Earlier> {
  const revision = openRevision(program, name);
  const { folder, commit, samePackages } = revision;
  const called = name.startsWith(commit) ? commit : `${name} (${commit})`;
  try {
    if (folder === undefined || !hasStack(folder, stack)) {
      const notes = [`There was no stack ${stack} in ${called}.`];
      return { name: called, notes, resources: [] };
    }
    const note = `package-lock.json differs from ${called}: both sides were evaluated with the packages that are installed now, so what other packages change is not seen here.`;
    return {
      name: called,
      notes: samePackages ? [] : [note],
      resources: await evaluated(folder, stack, called, progress),
    };
  } finally {
    revision.dispose();
  }
}

/** The page that the command's arguments ask for. */
export async function preview(args: readonly string[], progress: Progress): Promise<string> {
  const { stack, diff, format, program, ...options } = readOptions(
    "npm run preview --",
    {
      stack: { type: "string", default: "dev" },
      diff: { type: "string" },
      format: { type: "string", default: "text" },
      program: { type: "string", default: resolve(__dirname, "../..") },
    },
    args,
  );
  if (options.help) return `${help}\n`;
  if (!Object.hasOwn(formats, format)) {
    throw new UsageError(
      `--format: expected ${Object.keys(formats).join(" or ")}, found ${format}`,
    );
  }
  const folder = resolve(program);
  requireStack(folder, stack);
  const other = diff === undefined ? undefined : await earlier(folder, stack, diff, progress);
  const resources = await evaluated(folder, stack, "the working tree", progress);
  return formats[format as Format](`Preview of ${stack}`, sectionsOf(resources, other));
}
