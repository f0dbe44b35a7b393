import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "local-aws";

export interface Revision {
  /** The program's folder as it was then; undefined where there was none. */
  readonly folder: string | undefined;
  /** The commit in short, for people. */
  readonly commit: string;
  /** Whether the packages that are installed are those of the revision. */
  readonly samePackages: boolean;
  /** Deletes the files again. */
  dispose(): void;
}

/** The files of another revision of the repository that a program's folder belongs to, beside the installed packages. */
export function openRevision(program: string, name: string): Revision {
  const root = realpathSync(git(program, "rev-parse", "--show-toplevel"));
  const prefix = git(program, "rev-parse", "--show-prefix");
  const commit = commitOf(program, name);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "preview-")));
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, ".archive.tar");
    git(root, "archive", "--format=tar", `--output=${archive}`, commit);
    execFileSync("tar", ["-xf", archive, "-C", folder]);
    rmSync(archive);
    // An absolute target and the kind "junction" serve Windows too.
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    const then = join(folder, prefix);
    return {
      folder: existsSync(join(then, "Pulumi.yaml")) ? then : undefined,
      commit: git(root, "rev-parse", "--short", commit),
      samePackages: lockOf(root) === lockOf(folder),
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

function commitOf(program: string, name: string): string {
  try {
    // Without the end of options, a name such as `--all` would be one.
    return git(program, "rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`);
  } catch {
    throw new UsageError(
      `git knows no revision "${name}" here; in a clone without history, \`git fetch origin ${name}\` may bring it`,
    );
  }
}

function lockOf(folder: string): string | undefined {
  const file = join(folder, "package-lock.json");
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function git(folder: string, ...args: readonly string[]): string {
  try {
    return execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split("\n").at(-1);
    throw new UsageError(`git ${args[0]}: ${said || (error as Error).message}`);
  }
}
