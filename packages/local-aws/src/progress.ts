/** What has just come up: an engine, or one of the program's resources. */
export type Step =
  | { readonly engine: string }
  | { readonly resource: string; readonly type: string };

export interface Progress {
  readonly show: (step: Step) => void;
  /** Tells how much has come up. */
  readonly finish: () => void;
}

/** Shows a stack coming up: a line for each engine, and how many resources there are, counted live on a terminal. */
export function startProgress(
  out: Pick<NodeJS.WriteStream, "write" | "isTTY">,
  { verbose }: { readonly verbose: boolean },
): Progress {
  const started = Date.now();
  let resources = 0;
  const line = (text: string): string => {
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    return `${seconds.padStart(6)} s  ${text}`;
  };
  return {
    show: (step) => {
      if ("engine" in step) {
        out.write(`${line(step.engine)}\n`);
        return;
      }
      resources += 1;
      if (verbose) {
        out.write(`${line(`${step.resource} (${step.type})`)}\n`);
      } else if (out.isTTY) {
        out.write(`\r${line(`${resources} resources`)}`);
      }
    },
    finish: () => {
      const start = out.isTTY && !verbose ? "\r" : "";
      out.write(`${start}${line(`${resources} resources`)}\n`);
    },
  };
}
