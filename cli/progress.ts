/** How often the line on a terminal is drawn again. */
const redrawMs = 200;
/** How often a log gets a line. */
const logMs = 10_000;

export interface Progress {
  /** Counts so many more as done. */
  readonly advance: (count: number) => void;
  /** Removes the line. */
  readonly end: () => void;
}

const number = (n: number): string => Math.round(n).toLocaleString("en-US");

const duration = (seconds: number): string => {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/**
 * The text of a line of progress.
 * @param total about how many there are; 0 where that is unknown
 */
export const progressText = (done: number, total: number, elapsedMs: number): string => {
  const rate = elapsedMs === 0 ? 0 : (done / elapsedMs) * 1000;
  const known = total > done;
  const amount = known ? `${number(done)} of about ${number(total)}` : number(done);
  const left = known && rate > 0 ? `, ${duration((total - done) / rate)} left` : "";
  return `${amount} events, ${number(rate)}/s${left}`;
};

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows progress on `terminal`: one line, drawn again and again; in a log, a line now and then. */
export function showProgress(terminal: Terminal, total: number): Progress {
  const start = Date.now();
  let done = 0;
  const draw = (): void => {
    const line = progressText(done, total, Date.now() - start);
    terminal.write(terminal.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
  const timer = setInterval(draw, terminal.isTTY ? redrawMs : logMs);
  timer.unref();
  return {
    advance: (count) => {
      done += count;
    },
    end: () => {
      clearInterval(timer);
      if (terminal.isTTY) terminal.write("\r\x1b[K");
    },
  };
}
