import { chmodSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { spawnChild } from "../child-process";
import { replaceFile } from "../replace-file";
import { UsageError } from "../usage-error";

/** The file that DynamoDB Local keeps all tables in, and what is known of it besides. */
export interface DatabaseFile {
  readonly path: string;
  /** Whether there is one from an earlier run. */
  readonly exists: boolean;
  /**
   * Once the engine has made it: keeps it for this user alone, and remembers that there are tables in it. Without its
   * file, a later start would have none and say nothing.
   */
  secure(): void;
  /** What a start is refused with. */
  refusal(reason: string): UsageError;
}

/** @throws UsageError where the tables of an earlier run are gone with their file */
export function findDatabaseFile(directory: string): DatabaseFile {
  const path = join(directory, "shared-local-instance.db");
  const marker = join(directory, "has-tables");
  const sizeNow = (): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;
  const size = sizeNow();
  const refusal = (reason: string): UsageError =>
    new UsageError(
      `${path} cannot be used: ${reason}. Put back a copy of the whole data folder, or choose another --data directory.`,
    );
  if (existsSync(marker) && !size) {
    throw refusal(
      size === undefined ? "it is missing, though tables were kept there" : "it is empty",
    );
  }
  return {
    path,
    exists: size !== undefined && size > 0,
    secure: () => {
      if (!existsSync(marker) && sizeNow()) {
        chmodSync(path, 0o600);
        replaceFile(marker, "");
      }
    },
    refusal,
  };
}

/**
 * Has SQLite look whether the file is whole, in a process of its own: the engine does not bear another copy of SQLite
 * beside its own.
 * @param emulator the folder of DynamoDB Local
 */
export async function checkDatabase(
  file: DatabaseFile,
  emulator: string,
  log: (line: string) => void,
): Promise<void> {
  let finding: string | undefined;
  const child = spawnChild({
    name: "the database check",
    command: "java",
    args: [
      "-XX:TieredStopAtLevel=1",
      "-XX:+UseSerialGC",
      "-Dorg.eclipse.jetty.util.log.announce=false",
      `-Djava.library.path=${join(emulator, "DynamoDBLocal_lib")}`,
      `-DdbFile=${file.path}`,
      "-classpath",
      join(emulator, "DynamoDBLocal.jar"),
      "org.eclipse.jetty.xml.XmlConfiguration",
      join(__dirname, "database-check.xml"),
    ],
    env: process.env,
    log: (line) => {
      const [, found, exception] =
        /^database check: *(.*)$|SQLiteException: (.*)$/.exec(line) ?? [];
      finding ??= found ?? (exception && `SQLite says "${exception}"`);
      log(line);
    },
  });
  await child.exited;
  // Where nothing was found, there is no Java: the engine's start tells.
  if (finding !== undefined && finding !== "ok") {
    throw file.refusal(finding.startsWith("SQLite") ? finding : "it is damaged");
  }
}
