/** Lines that differ, `-` before and `+` after, with `…` for what lies between; cut off after so many. */
export function textDifference(before: string, after: string, limit = 14): readonly string[] {
  const [from, to] = [before.split("\n"), after.split("\n")];
  const lines: string[] = [];
  let last = -1;
  for (const { sign, text, at } of changedLines(from, to)) {
    if (last >= 0 && at > last + 1) lines.push("      …");
    lines.push(`${sign}     ${text}`);
    last = at;
  }
  const left = lines.length - limit;
  return left > 1 ? [...lines.slice(0, limit), `      … and ${left} lines more`] : lines;
}

interface Line {
  readonly sign: "-" | "+";
  readonly text: string;
  /** Counts up with each line of either text that was looked at. */
  readonly at: number;
}

/** What is not in the longest common subsequence of both. */
function changedLines(from: readonly string[], to: readonly string[]): readonly Line[] {
  // lengths[i][j]: of the longest one of from[i…] and to[j…].
  const lengths = Array.from({ length: from.length + 1 }, () => new Uint32Array(to.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = from.length - 1; i >= 0; i -= 1) {
    for (let j = to.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] as Uint32Array;
      row[j] = from[i] === to[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j, seen] = [0, 0, 0];
  while (i < from.length || j < to.length) {
    if (i < from.length && j < to.length && from[i] === to[j]) {
      i += 1;
      j += 1;
      seen += 1;
    } else if (j >= to.length || (i < from.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: "-", text: from[i] ?? "", at: seen });
      i += 1;
    } else {
      lines.push({ sign: "+", text: to[j] ?? "", at: seen });
      j += 1;
    }
  }
  return lines;
}
