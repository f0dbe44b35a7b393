import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, spawnChild } from "../child-process";

/** The error that Lambda reports for an invocation that did not return. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type InvocationResult = { readonly requestId: string } & (
  | { readonly result: unknown }
  | {
      readonly error: FunctionError;
      /** The event has not reached the function. */
      readonly throttled?: true;
    }
);

export interface InstanceOptions {
  readonly functionName: string;
  readonly functionArn: string;
  /** The unpacked code. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memorySizeMb: number;
  readonly timeoutSeconds: number;
  /** Where a debugger may connect. A process that stands at a breakpoint is not timed out. */
  readonly inspectorPort?: number | undefined;
  readonly log: (line: string) => void;
}

/** A message of runtime.cjs: the result as JSON text, or the handler's error. */
interface Reply {
  readonly ready?: true;
  readonly requestId?: string;
  readonly result?: string;
  readonly failure?: FunctionError;
}

/** Lambda's time limit for loading a function; its own timeout starts only afterwards. */
const initializationTimeoutMs = 10_000;

/** Long enough for whoever stands at a breakpoint. */
const inspectedTimeoutSeconds = 24 * 60 * 60;

/** One execution environment of a function: a process of plain Node.js that handles one event at a time. */
export class Instance {
  readonly #options: InstanceOptions;
  readonly #child: Child;
  /** Resolves once the function is loaded, or is not going to be. */
  readonly initialized: Promise<unknown>;
  #ended = false;

  constructor(options: InstanceOptions) {
    this.#options = options;
    this.#child = spawnChild({
      name: options.functionName,
      command: process.execPath,
      args: [
        ...(options.inspectorPort === undefined
          ? []
          : [`--inspect=127.0.0.1:${options.inspectorPort}`]),
        `--max-old-space-size=${options.memorySizeMb}`,
        join(__dirname, "runtime.cjs"),
      ],
      env: options.environment,
      cwd: options.folder,
      ipc: true,
      log: options.log,
    });
    const exited = this.#child.exited.then(() => {
      this.#ended = true;
    });
    const ready = new Promise((resolve) => this.#child.process.once("message", resolve));
    const limit = sleep(initializationTimeoutMs, undefined, { ref: false });
    this.initialized = Promise.race([ready, exited, limit]);
  }

  /** False once the process has ended or is about to end; it then accepts no more events. */
  get usable(): boolean {
    return !this.#ended && this.#child.process.connected;
  }

  async invoke(event: unknown): Promise<InvocationResult> {
    await this.initialized;
    const requestId = randomUUID();
    const { functionArn, inspectorPort } = this.#options;
    const timeoutSeconds =
      inspectorPort === undefined ? this.#options.timeoutSeconds : inspectedTimeoutSeconds;
    const child = this.#child.process;

    return new Promise((resolve) => {
      const finish = (outcome: { result: unknown } | { error: FunctionError }): void => {
        clearTimeout(timer);
        child.off("message", onMessage);
        child.off("close", onClose);
        resolve({ requestId, ...outcome });
      };
      const fail = (errorType: string, what: string): void =>
        finish({ error: { errorType, errorMessage: `RequestId: ${requestId} Error: ${what}` } });

      const onMessage = (reply: Reply): void => {
        if (reply.requestId === requestId) {
          finish(
            reply.failure === undefined
              ? { result: JSON.parse(reply.result ?? "null") as unknown }
              : { error: reply.failure },
          );
        }
      };
      const timer = setTimeout(() => {
        this.kill();
        fail("Sandbox.Timedout", `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
      }, timeoutSeconds * 1000);

      const onClose = (code: number | null, signal: string | null): void =>
        fail(
          "Runtime.ExitError",
          `Runtime exited with error: ${signal === null ? `exit status ${code}` : `signal: ${signal}`}`,
        );

      child.on("message", onMessage);
      child.on("close", onClose);
      const deadline = Date.now() + timeoutSeconds * 1000;
      child.send({ requestId, event: JSON.stringify(event), deadline, functionArn }, (error) => {
        if (error !== null) {
          fail("Runtime.ExitError", `Runtime exited with error: ${error.message}`);
        }
      });
    });
  }

  kill(): void {
    this.#ended = true;
    this.#child.process.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    this.kill();
    await this.#child.exited;
  }
}
