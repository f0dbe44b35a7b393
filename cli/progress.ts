/** How often the line on a terminal is drawn anew, and how often a log gets a line, in milliseconds. */
const redrawn = 200;
const logged = 10_000;

export interface Progress {
  /** So many more are done. */
  readonly advance: (count: number) => void;
  /** Takes the line away. */
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
 * What a line of progress says.
 * @param total how many there are about; 0 where nobody knows
 * @param elapsed in milliseconds
 */
export const describeProgress = (done: number, total: number, elapsed: number): string => {
  const rate = elapsed === 0 ? 0 : (done / elapsed) * 1000;
  const known = total > done;
  const amount = known ? `${number(done)} of about ${number(total)}` : number(done);
  const left = known && rate > 0 ? `, ${duration((total - done) / rate)} left` : "";
  return `${amount} events, ${number(rate)}/s${left}`;
};

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows on `terminal` how far something is: one line, drawn anew, or now and then a line where nobody watches. */
export function showProgress(terminal: Terminal, total: number): Progress {
  const start = Date.now();
  let done = 0;
  const draw = (): void => {
    const line = describeProgress(done, total, Date.now() - start);
    terminal.write(terminal.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
  const timer = setInterval(draw, terminal.isTTY ? redrawn : logged);
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
