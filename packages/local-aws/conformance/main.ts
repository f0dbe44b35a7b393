/** Compares the local AppSync's VTL with Apache Velocity's. `npm run conformance -- --help` shows how. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { cases } from "./cases";
import { compareSamples, type Difference, Tally } from "./compare";
import { problemOf } from "./fixed-cases";
import type { ProgramTemplate } from "./program-template";
import { samples } from "./snippets";
import { now, Velocity, whatIsMissing } from "./velocity";

const help = `Renders templates here and with Apache Velocity 1.7, and fails where the two differ. What is refused here is no difference.

  --templates FILE   a module with the templates of a program; can be given more than once
  --contexts N       contexts for each of these templates (default 200)
  --snippets N       snippets drawn from VTL's grammar (default 6000)
  --seed N           draws the same contexts and snippets again
  --classpath JARS   another Velocity, such as 2.4, in place of 1.7; nothing but a look at the differences
  --help             shows this`;

/** If more of what Velocity renders is refused here, the snippets say too little. */
const mostRefused = 0.4;

/** Contexts bring together what never is: then a null is rendered, for one. */
const mostRefusedOfPrograms = 0.05;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      templates: { type: "string", multiple: true, default: [] },
      contexts: { type: "string", default: "200" },
      snippets: { type: "string", default: "6000" },
      seed: { type: "string", default: String(Math.trunc(Math.random() * 2 ** 31)) },
      classpath: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const missing = whatIsMissing();
  if (missing !== undefined) {
    console.error(missing);
    return 1;
  }
  const seed = Number(values.seed);
  const [contexts, snippets] = [Number(values.contexts), Number(values.snippets)];
  if (![seed, contexts, snippets].every(Number.isSafeInteger)) {
    console.error("--seed, --contexts and --snippets take integers");
    return 1;
  }
  console.log(`seed ${seed}`);
  // $util.time stands still, here as in Velocity.
  Date.now = () => now;
  const velocity = Velocity.start(values.classpath?.split(":"));
  try {
    return (
      (await fixedCases(velocity)) ||
      (await programs(velocity, values.templates, { seed, runs: contexts })) ||
      (await drawnSnippets(velocity, { seed, runs: snippets }))
    );
  } finally {
    velocity.stop();
  }
}

interface Size {
  readonly seed: number;
  readonly runs: number;
}

async function fixedCases(velocity: Velocity): Promise<number> {
  const problems = await Promise.all(cases.map((fixed) => problemOf(velocity, fixed)));
  const wrong = problems.filter((problem) => problem !== undefined);
  for (const problem of wrong) {
    console.error(problem);
  }
  console.log(`cases: ${cases.length}, ${wrong.length} of them wrong`);
  return wrong.length === 0 ? 0 : 1;
}

async function programs(
  velocity: Velocity,
  modules: readonly string[],
  size: Size,
): Promise<number> {
  for (const module of modules) {
    const { templates } = (await import(resolve(module))) as {
      templates: readonly ProgramTemplate[];
    };
    const tally = new Tally();
    for (const { name, text, contexts } of templates) {
      const drawn = contexts.map((context) => ({ template: text, context }));
      const difference = await compareSamples(velocity, drawn, size, tally);
      if (difference !== undefined) {
        report(`the template ${name}`, difference, size.seed);
        return 1;
      }
    }
    console.log(`${module}: ${templates.length} templates, ${summary(tally)}`);
    if (tally.refusedShare > mostRefusedOfPrograms || tally.agreed === 0) {
      console.error(`A program's own templates must not be refused: ${tally.reason}`);
      return 1;
    }
  }
  return 0;
}

async function drawnSnippets(velocity: Velocity, size: Size): Promise<number> {
  const tally = new Tally();
  const difference = await compareSamples(velocity, samples, size, tally);
  if (difference !== undefined) {
    report("a snippet", difference, size.seed, size.runs);
    return 1;
  }
  const share = Math.round(tally.refusedShare * 100);
  console.log(`snippets: ${summary(tally)}; refused are ${share} % of what Velocity renders`);
  if (size.runs > 100 && tally.refusedShare > mostRefused) {
    console.error(`More than ${mostRefused * 100} % are refused: the snippets say too little.`);
    return 1;
  }
  return 0;
}

function summary({ agreed, rejected, refused, total }: Tally): string {
  return `${total} renderings: ${agreed} the same, ${rejected} rejected by both, ${refused} refused here`;
}

function report(
  what: string,
  { sample, here, velocity }: Difference,
  seed: number,
  snippets?: number,
): void {
  const again = snippets === undefined ? "" : ` --snippets ${snippets}`;
  console.error(`
Velocity renders ${what} otherwise:

${sample.template}

  as JSON   ${JSON.stringify(sample.template)}
  context   ${JSON.stringify(sample.context)}
  here      ${JSON.stringify(here)}
  Velocity  ${JSON.stringify(velocity)}

Run it again: npm run conformance -- --seed ${seed}${again}`);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
