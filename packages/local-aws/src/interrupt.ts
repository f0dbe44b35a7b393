/** Why a command has ended before its work was done. */
export class Interrupted extends Error {}

/** npm passes on the Ctrl-C that the terminal has sent to every process already: within this, two are one. */
const echoMs = 1_000;

/**
 * From now on, Ctrl-C, a terminal that is closed or a polite request to end aborts the signal; another one ends the
 * process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      first = Date.now();
      console.log("\nStopping …");
      controller.abort(new Interrupted("interrupted"));
    } else if (Date.now() - first > echoMs) {
      process.exit(130);
    }
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("SIGHUP", interrupt);
  // A terminal that was closed takes no more output, nor does a `head` that has read enough.
  process.stdout.on("error", () => controller.abort(new Interrupted("nobody reads on")));
  return controller.signal;
}

/** Does the work, and gives it up with an Interrupted where the signal comes first. */
export async function unlessInterrupted<A>(signal: AbortSignal, work: Promise<A>): Promise<A> {
  const interrupted = new Promise<never>((_, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
    }
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, interrupted]);
}
