import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { preview } from "../../../cli/preview/command";

const tsx = pathToFileURL(require.resolve("tsx")).href;
const entry = resolve(__dirname, "../../../cli/preview.ts");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A small program in a repository of its own, with the packages of this one. */
export class Program {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "previewed-")));
  /** Where the command makes its temporary folders. */
  readonly temporary = join(this.folder, ".git", "tmp");

  constructor(files: Readonly<Record<string, string>>) {
    this.#git("init", "--quiet");
    this.write({ ".gitignore": "node_modules\n", ...files });
    symlinkSync(resolve(__dirname, "../../../node_modules"), join(this.folder, "node_modules"));
    mkdirSync(this.temporary);
    this.commit();
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text);
    }
  }

  commit(): void {
    this.#git("add", "--all");
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    this.#git(...identity, "commit", "--quiet", "--allow-empty", "--message", "a step");
  }

  /** The page of the command. */
  page(...args: readonly string[]): Promise<string> {
    return preview(["--program", this.folder, ...args], () => {});
  }

  /** Runs the command as `npm run preview` does. */
  async command(...args: readonly string[]): Promise<Ended> {
    const child = spawn(
      process.execPath,
      ["--import", tsx, entry, "--program", this.folder, ...args],
      {
        // No credentials, no profile and no home: a preview needs none.
        env: { PATH: process.env.PATH, TMPDIR: this.temporary },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const ended = { out: "", err: "" };
    child.stdout.on("data", (chunk) => {
      ended.out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      ended.err += chunk;
    });
    const code = await new Promise<number | null>((done) => child.once("close", done));
    return { code, ...ended };
  }

  delete(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #git(...args: readonly string[]): void {
    execFileSync("git", args, { cwd: this.folder });
  }
}
