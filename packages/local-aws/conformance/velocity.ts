/** Renders templates with Apache Velocity 1.7 in a Java process, which `java/` is the source of. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Outcome } from "./outcome";

const jarFolder = "/usr/share/java";
const jars = ["velocity", "commons-lang", "commons-collections3"].map((name) =>
  join(jarFolder, `${name}.jar`),
);

/** What is missing on this machine, in one line for whoever runs this, or undefined. */
export function whatIsMissing(): string | undefined {
  try {
    execFileSync("javac", ["-version"], { stdio: "ignore" });
  } catch {
    return "There is no Java compiler here: apt-get install velocity default-jdk-headless";
  }
  return jars.every((jar) => existsSync(jar))
    ? undefined
    : "Apache Velocity 1.7 is not here: apt-get install velocity default-jdk-headless";
}

/** The moment at which $util.time stands still. */
export const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const longestAnswerMs = 30_000;

export interface Request {
  readonly template: string;
  /** $ctx, without `args`. */
  readonly context: unknown;
}

export class Velocity {
  readonly #process: ChildProcess;
  readonly #classes: string;
  readonly #waiting: ((line: string) => void)[] = [];

  constructor(classes: string, classpath: string) {
    this.#classes = classes;
    const options = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", classpath, "Main"];
    this.#process = spawn("java", options, { stdio: ["pipe", "pipe", "inherit"] });
    // A process that has ended is found out by its missing answer.
    this.#process.stdin?.on("error", () => {});
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on("line", (line) =>
      this.#waiting.shift()?.(line),
    );
  }

  /** @param jars of another Velocity than 1.7 */
  static start(velocity: readonly string[] = jars): Velocity {
    const classes = mkdtempSync(join(tmpdir(), "velocity-"));
    const sources = readdirSync(join(__dirname, "java")).map((name) =>
      join(__dirname, "java", name),
    );
    execFileSync("javac", ["-nowarn", "-d", classes, "-cp", velocity.join(":"), ...sources]);
    return new Velocity(classes, [classes, ...velocity].join(":"));
  }

  async render(request: Request): Promise<Outcome> {
    const answer = new Promise<string>((resolve, reject) => {
      const reason = `Velocity does not answer: ${JSON.stringify(request)}`;
      const timer = setTimeout(() => reject(new Error(reason)), longestAnswerMs);
      this.#waiting.push((line) => {
        clearTimeout(timer);
        resolve(line);
      });
    });
    this.#process.stdin?.write(`${JSON.stringify({ ...request, now })}\n`);
    return JSON.parse(await answer) as Outcome;
  }

  stop(): void {
    this.#process.kill();
    rmSync(this.#classes, { recursive: true, force: true });
  }
}
