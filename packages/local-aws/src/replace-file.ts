import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Gives a file a new text: whoever reads it, also after a crash, finds the old text or the new one, whole. Only this user
 * can read it.
 */
export function replaceFile(file: string, text: string): void {
  const beside = `${file}.new`;
  syncAfter(openSync(beside, "w", 0o600), (descriptor) => writeFileSync(descriptor, text));
  renameSync(beside, file);
  // The folder has the file's new name only when it is on the disk itself.
  syncAfter(openSync(dirname(file), "r"), () => {});
}

function syncAfter(descriptor: number, work: (descriptor: number) => void): void {
  try {
    work(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
