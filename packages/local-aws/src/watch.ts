import { once } from "node:events";
import { basename, dirname, relative, sep } from "node:path";
import { watch } from "chokidar";
import { programFiles } from "./program";

/** Editors write a file in several steps. */
const settleMs = 50;

/** What no program is made of: what is installed, and the folders of tools, such as `.git` and this package's `.build`. */
function isIgnored(path: string): boolean {
  const name = basename(path);
  return name === "node_modules" || (name.startsWith(".") && name !== "." && name !== "..");
}

/**
 * Calls `changed` with a file's name when a file of the program changes: in its folder, and in the folders of whatever
 * else it has loaded that is not installed. Calls never overlap: what changes during one leads to one more.
 * @param except a folder that is left alone
 */
export async function watchProgram(
  folder: string,
  except: string | undefined,
  changed: (file: string) => Promise<void>,
): Promise<{ stop(): Promise<void> }> {
  const watcher = watch([folder, ...foldersOf(programFiles(), folder)], {
    ignoreInitial: true,
    ignored: (path) => isIgnored(path) || path === except,
  });
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  watcher.on("all", (_event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => changed(relative(folder, path)));
    }, settleMs);
  });
  // What changes before it has seen the files once is no change to it.
  await once(watcher, "ready");
  return {
    stop: async () => {
      clearTimeout(timer);
      await watcher.close();
      await running;
    },
  };
}

/** The folders of the files, without those inside of another one of them or of the program's folder. */
function foldersOf(files: readonly string[], folder: string): readonly string[] {
  const folders = [...new Set(files.map(dirname))].sort();
  return folders.filter(
    (candidate) =>
      ![folder, ...folders].some(
        (other) => other !== candidate && `${candidate}${sep}`.startsWith(`${other}${sep}`),
      ) && candidate !== folder,
  );
}
