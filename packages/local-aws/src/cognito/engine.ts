import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Input, ServiceError } from "../aws-json";
import { startServer } from "../child-process";
import { freePort } from "../http-server";

/** cognito-local, which trusts every caller: only the guard may call it. */
export interface Engine {
  readonly url: string;
  /** Runs an operation. Throws ServiceError with cognito-local's exception. */
  call(operation: string, input: Input): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/**
 * Starts cognito-local as a child process.
 * @param options.directory the folder for pools and users
 * @param options.issuerDomain the tokens' issuer is <issuerDomain>/<pool id>
 */
export async function startEngine(options: {
  readonly directory: string;
  readonly issuerDomain: string;
  readonly log: (line: string) => void;
}): Promise<Engine> {
  const { directory, issuerDomain, log } = options;
  const config = {
    TokenConfig: { IssuerDomain: issuerDomain },
    // cognito-local's default lets users of every pool sign in with an e-mail address.
    UserPoolDefaults: { UsernameAttributes: [] },
  };
  await mkdir(join(directory, ".cognito"), { recursive: true });
  await writeFile(join(directory, ".cognito", "config.json"), JSON.stringify(config));
  const port = await freePort();
  const child = await startServer({
    name: "cognito-local",
    command: process.execPath,
    args: [
      "--require",
      join(__dirname, "own-key.cjs"),
      require.resolve("cognito-local/lib/bin/start"),
    ],
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOST: "127.0.0.1",
      PORT: String(port),
      // cognito-local loads version 2 of the SDK, which prints a maintenance warning.
      AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: "1",
    },
    log: (line) => log(stripVTControlCharacters(line)),
    port,
  });
  const url = `http://127.0.0.1:${port}`;
  return { url, stop: child.stop, call: (operation, input) => call(url, operation, input) };
}

async function call(
  url: string,
  operation: string,
  input: Input,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const output = (await response.json()) as Record<string, unknown>;
  if (!response.ok) {
    const type =
      String(output.__type ?? "InternalErrorException")
        .split("#")
        .at(-1) ?? "";
    throw new ServiceError(type, String(output.message ?? JSON.stringify(output)));
  }
  return output;
}
