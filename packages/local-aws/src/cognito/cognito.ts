import { mkdtemp, rm } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../http-server";
import type { Iam } from "../iam/iam";
import { type Engine, startEngine } from "./engine";
import { createGuard } from "./guard";

export interface CognitoOptions {
  readonly region: string;
  readonly iam: Iam;
  /** The port for clients, and part of the tokens' issuers. Any free port if omitted. */
  readonly port?: number;
  /** The folder that keeps pools and users between runs; a temporary one if omitted. */
  readonly dataDirectory?: string;
  readonly log: (line: string) => void;
}

export interface Cognito {
  readonly endpoint: string;
  /** The issuer in the pool's tokens. It serves the keys at /.well-known/jwks.json. */
  issuer(userPoolId: string): string;
  stop(): Promise<void>;
}

/** Starts cognito-local behind the guard, which every client calls instead. */
export async function startCognito(options: CognitoOptions): Promise<Cognito> {
  const { region, iam, port = 0, dataDirectory, log } = options;
  // The guard listens first: its port is part of the issuer, which cognito-local needs when it starts.
  let guard: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = await serve({ name: "Cognito", port }, (...exchange) => guard(...exchange));
  const directory =
    dataDirectory === undefined
      ? await mkdtemp(join(tmpdir(), "cognito-"))
      : join(dataDirectory, "cognito");
  let engine: Engine | undefined;
  const stop = async (): Promise<void> => {
    await server.stop();
    await engine?.stop();
    if (dataDirectory === undefined) {
      await rm(directory, { recursive: true, force: true });
    }
  };
  try {
    engine = await startEngine({ directory, issuerDomain: server.url, log });
    guard = await createGuard({ region, iam, url: server.url, engine });
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint: server.url, issuer: (userPoolId) => `${server.url}/${userPoolId}`, stop };
}
