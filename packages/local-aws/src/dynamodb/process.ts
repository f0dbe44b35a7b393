import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Child, startServer } from "../child-process";
import { freePort } from "../http-server";
import { checkDatabase, findDatabaseFile } from "./database-file";

/** How often it is looked whether the engine has made its database file, which it does at the first request. */
const secureIntervalMs = 500;

export interface DynamodbProcess {
  readonly port: number;
  /** The only Host that it serves, which nobody else on the machine knows. */
  readonly host: string;
  /** Resolves with the reason once it has ended, whether it was asked to or not. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB Local, AWS's own engine. It trusts every caller, so it serves only those that know its host name: a
 * web page, or another user of the machine, may find its port.
 * @param options.directory the folder that keeps tables between runs; in memory if omitted
 * @param options.workDirectory the folder for the libraries that it unpacks, and does not remove where it is killed
 */
export async function startProcess(options: {
  readonly directory?: string | undefined;
  readonly workDirectory?: string | undefined;
  readonly log: (line: string) => void;
}): Promise<DynamodbProcess> {
  const { directory, workDirectory } = options;
  if (directory !== undefined) {
    await mkdir(directory, { recursive: true });
  }
  const file = directory === undefined ? undefined : findDatabaseFile(directory);
  const folder = join(dirname(require.resolve("amplify-dynamodb-simulator")), "emulator");
  if (file?.exists) {
    await checkDatabase(file, folder, options.log);
  }
  const port = await freePort();
  const host = `${randomBytes(24).toString("hex")}.internal`;
  const child = await start([
    // Halves the startup time: a short-lived process waits longer for the optimizing compiler than it gains from it.
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Dorg.eclipse.jetty.util.log.announce=false",
    "-Dorg.eclipse.jetty.LEVEL=WARN",
    `-Djava.library.path=${join(folder, "DynamoDBLocal_lib")}`,
    `-Dport=${port}`,
    ...(workDirectory === undefined ? [] : [`-Djava.io.tmpdir=${workDirectory}`]),
    ...(directory === undefined
      ? ["-DinMemory=true"]
      : ["-DinMemory=false", `-DdbPath=${directory}`]),
    "-classpath",
    join(folder, "DynamoDBLocal.jar"),
    "org.eclipse.jetty.xml.XmlConfiguration",
    join(__dirname, "loopback.xml"),
  ]);
  const securing = setInterval(() => file?.secure(), secureIntervalMs).unref();
  return {
    port,
    host,
    ended: child.exited,
    stop: async () => {
      clearInterval(securing);
      await child.stop();
      file?.secure();
    },
  };

  async function start(args: readonly string[]): Promise<Child> {
    try {
      return await startServer({
        name: "DynamoDB Local",
        command: "java",
        args,
        // Without this DynamoDB Local sends usage data to AWS.
        env: { ...process.env, DDB_LOCAL_TELEMETRY: "0", DYNAMODB_LOCAL_HOST: host },
        log: options.log,
        port,
      });
    } catch (error) {
      throw /ENOENT|Unable to locate a Java|UnsupportedClassVersion/.test(String(error))
        ? new Error(
            "Java runtime 11 or newer not found: install one, e.g. `apt-get install default-jre-headless`, https://adoptium.net",
          )
        : error;
    }
  }
}
