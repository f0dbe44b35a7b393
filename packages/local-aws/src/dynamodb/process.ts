import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Child, startServer } from "../child-process";
import { freePort } from "../http-server";

export interface DynamodbProcess {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB Local, AWS's own engine. It trusts everybody who reaches its port: only the gateway shall.
 * @param options.directory where tables are kept between runs; without it they live in memory
 */
export async function startProcess(options: {
  readonly directory?: string | undefined;
  readonly log: (line: string) => void;
}): Promise<DynamodbProcess> {
  const { directory } = options;
  if (directory !== undefined) {
    await mkdir(directory, { recursive: true });
  }
  const folder = join(dirname(require.resolve("amplify-dynamodb-simulator")), "emulator");
  const port = await freePort();
  const child = await start([
    // Loads in half the time: what a short-lived process would gain from the optimizing compiler it spends waiting for it.
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Dorg.eclipse.jetty.util.log.announce=false",
    "-Dorg.eclipse.jetty.LEVEL=WARN",
    `-Djava.library.path=${join(folder, "DynamoDBLocal_lib")}`,
    `-Dport=${port}`,
    ...(directory === undefined
      ? ["-DinMemory=true"]
      : ["-DinMemory=false", `-DdbPath=${directory}`]),
    "-classpath",
    join(folder, "DynamoDBLocal.jar"),
    "org.eclipse.jetty.xml.XmlConfiguration",
    join(__dirname, "loopback.xml"),
  ]);
  return { port, stop: child.stop };

  async function start(args: readonly string[]): Promise<Child> {
    try {
      return await startServer({
        name: "DynamoDB Local",
        command: "java",
        args,
        // DynamoDB Local reports its use to AWS unless told not to.
        env: { ...process.env, DDB_LOCAL_TELEMETRY: "0" },
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
