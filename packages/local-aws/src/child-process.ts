import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface ChildOptions {
  /** What messages call it, e.g. "DynamoDB Local". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Adds Node's message channel between parent and child. */
  readonly ipc?: boolean;
  /** Gets every line of the child's standard output and error. */
  readonly log: (line: string) => void;
}

export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the reason, e.g. "exit code 1", once the child is gone and its output is read. Never rejects. */
  readonly exited: Promise<string>;
  /** Asks the child to end and kills it if it does not within three seconds. */
  stop(): Promise<void>;
}

const stopTimeoutMs = 3_000;
const readyTimeoutMs = 60_000;

/** Starts a child that dies with this process, however this process ends. */
export function spawnChild(options: ChildOptions): Child {
  const stdio: StdioOptions = options.ipc
    ? ["ignore", "pipe", "pipe", "ipc"]
    : ["ignore", "pipe", "pipe"];
  const child = spawn(options.command, options.args, {
    env: options.env,
    stdio,
    // A group of its own: a terminal's Ctrl-C reaches only this process, which then stops its children in order.
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) {
      createInterface({ input: stream }).on("line", options.log);
    }
  }
  const { pid } = child;
  if (pid !== undefined) {
    watchdog.add(pid);
  }
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  void exited.then(() => pid !== undefined && watchdog.remove(pid));
  return { process: child, exited, stop: () => stop(child, exited) };
}

/** Starts a child and waits until it accepts connections on the port of 127.0.0.1. */
export async function startServer(
  options: ChildOptions & { readonly port: number },
): Promise<Child> {
  const output: string[] = [];
  const child = spawnChild({
    ...options,
    log: (line) => {
      output.push(line);
      options.log(line);
    },
  });
  const failed = child.exited.then((reason) => {
    throw new Error([`${options.name} ended: ${reason}`, ...output.slice(-5)].join("\n  "));
  });
  // The child may well end later, when nobody waits here any more.
  failed.catch(() => {});
  try {
    await Promise.race([failed, waitForPort(options.port, options.name)]);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return child;
}

async function waitForPort(port: number, name: string): Promise<void> {
  for (const deadline = Date.now() + readyTimeoutMs; Date.now() < deadline; ) {
    if (await accepts(port)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${name} does not answer on port ${port} after ${readyTimeoutMs / 1000} s`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await exited;
  clearTimeout(timer);
}

/**
 * Kills the children when this process is gone. No handler in this process could promise that, for nothing runs
 * in it after SIGKILL; so a shell reads process ids from a pipe, and the pipe ends with this process. They are killed at
 * once: what they keep, the next start may already use.
 */
const watchdog = (() => {
  const script = `
    pids=" "
    while read -r operation pid; do
      case $operation in
        add) pids="$pids$pid " ;;
        remove) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
      esac
    done
    case $pids in
      *[0-9]*) kill -KILL $pids ;;
    esac`;
  let pipe: Socket | undefined;

  function open(): Socket {
    const shell = spawn("/bin/sh", ["-c", script], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    // Neither the shell nor the pipe shall keep this process running.
    shell.unref();
    const stdin = shell.stdin as Socket;
    stdin.unref();
    return stdin;
  }

  return {
    add(pid: number): void {
      pipe ??= open();
      pipe.write(`add ${pid}\n`);
    },
    remove(pid: number): void {
      pipe?.write(`remove ${pid}\n`);
    },
  };
})();
