import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { addCounts, type Counts, counted, noCounts } from "./journal";
import { loadSubject } from "./load-subject";
import { planFor } from "./plan";
import { type Summary, shrink } from "./run";
import { simulate } from "./simulate";
import type { Simulated } from "./simulated";

/** The ledger's subject. */
const ledger = "tests/core/ledger/subject.ts";

const help = `Simulates the projection of a domain, with everything that can go wrong, and checks what is promised.

  npm run simulate -- [options]

  --subject F   the module that exports the domain's subject     (${ledger})
  --seeds N     how many runs, one a seed                        (1000)
  --from S      the first seed                                   (1)
  --workers N   how many processes share them                    (one for each processor)
  --seed S      runs one seed and prints its trace; a failing one is first reduced to a simpler run that fails, too
  -h, --help    this text

Exits with 1 when a promise was broken, with 2 when it was called wrongly.`;

interface Options {
  readonly subject: string;
  readonly seeds: number;
  readonly from: number;
  readonly workers: number;
  readonly seed: number | undefined;
  readonly help: boolean;
}

const wholeNumber = (option: string, text: string, least: number): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least && number < 2 ** 31) return number;
  throw new Error(
    `--${option}: expected a whole number from ${least} to ${2 ** 31 - 1}, found "${text}"`,
  );
};

const optionsFrom = (args: string[]): Options => {
  const { values } = parseArgs({
    args,
    options: {
      subject: { type: "string", default: ledger },
      seeds: { type: "string", default: "1000" },
      from: { type: "string", default: "1" },
      workers: { type: "string", default: String(availableParallelism()) },
      seed: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    subject: values.subject,
    seeds: wholeNumber("seeds", values.seeds, 1),
    from: wholeNumber("from", values.from, 0),
    workers: wholeNumber("workers", values.workers, 1),
    seed: values.seed === undefined ? undefined : wholeNumber("seed", values.seed, 0),
    help: values.help,
  };
};

/** Prints one run, step by step. Answers whether it passed. */
const replay = async <State>(subject: Simulated<State>, seed: number): Promise<boolean> => {
  const plan = planFor(seed);
  const { violation } = await simulate(subject, plan);
  const printed = violation === undefined ? plan : await shrink(subject, plan);
  const { trace, violation: broken } = await simulate(subject, printed, {}, true);
  console.log(trace.join("\n"));
  console.log(printed === plan ? "\nThe plan:" : "\nThe plan, reduced:", printed);
  console.log(broken === undefined ? `Seed ${seed} passes.` : `Seed ${seed} fails: ${broken}`);
  return broken === undefined;
};

const chunk = 20;

/** Sends ranges of seeds to a worker, one after the other, until none is left. */
const employ = (
  worker: ChildProcess,
  nextRange: () => { from: number; seeds: number } | undefined,
  done: (summary: Summary) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const sendNext = () => {
      const range = nextRange();
      if (range === undefined) {
        worker.disconnect();
        resolve();
      } else {
        worker.send(range);
      }
    };
    worker.on("message", (summary: Summary) => {
      done(summary);
      sendNext();
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      if (code !== 0) reject(new Error(`a worker process ended with ${code}`));
    });
    sendNext();
  });

/** Overwrites one line on a terminal; elsewhere writes a line every ten seconds. */
const reporter = (all: number) => {
  const started = Date.now();
  let reported = started;
  return (done: number, failed: number): void => {
    const now = Date.now();
    if (!process.stderr.isTTY && done < all && now - reported < 10_000) return;
    reported = now;
    const rate = done / ((now - started) / 1000);
    const left = Math.ceil((all - done) / rate);
    const text = `${done} of ${all} seeds, ${rate.toFixed(0)} a second, ${left} s left, ${failed} failed`;
    const overwritten = process.stderr.isTTY && done < all;
    process.stderr.write(
      `${process.stderr.isTTY ? "\r\x1b[K" : ""}${text}${overwritten ? "" : "\n"}`,
    );
  };
};

const table = (counts: Counts): string =>
  Object.entries(counted)
    .map(([kind, text]) => {
      const count = counts[kind as keyof Counts].toLocaleString("en-US");
      return `${text.padEnd(52)}${count.padStart(15)}`;
    })
    .join("\n");

/** Runs all seeds on all workers. Answers whether all passed. */
const runAll = async ({ subject, seeds, from, workers }: Options): Promise<boolean> => {
  const report = reporter(seeds);
  const counts = noCounts();
  const failures: Summary["failures"][number][] = [];
  let next = from;
  const nextRange = () => {
    const range = { from: next, seeds: Math.min(chunk, from + seeds - next) };
    next += range.seeds;
    return range.seeds > 0 ? range : undefined;
  };
  const done = (summary: Summary) => {
    addCounts(counts, summary.counts);
    for (const failure of summary.failures) {
      failures.push(failure);
      console.log(`seed ${failure.seed} fails: ${failure.violation}`);
    }
    report(counts.runs, failures.length);
  };
  await Promise.all(
    Array.from({ length: Math.min(workers, Math.ceil(seeds / chunk)) }, () =>
      employ(fork(join(__dirname, "worker.ts"), [subject]), nextRange, done),
    ),
  );
  console.log(table(counts));
  if (failures.length === 0) return true;
  const least = Math.min(...failures.map(({ seed }) => seed));
  console.log(
    `${failures.length} of ${seeds} seeds fail. Replay: npm run simulate -- --subject ${subject} --seed ${least}`,
  );
  return false;
};

const main = async (): Promise<number> => {
  let options: Options;
  let subject: Simulated<unknown>;
  try {
    options = optionsFrom(process.argv.slice(2));
    subject = await loadSubject(options.subject);
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : error}\nSee npm run simulate -- --help`,
    );
    return 2;
  }
  if (options.help) {
    console.log(help);
    return 0;
  }
  const passed =
    options.seed === undefined ? await runAll(options) : await replay(subject, options.seed);
  return passed ? 0 : 1;
};

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
