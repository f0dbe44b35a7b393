import type { Part, Section } from "./page";
import { markdownTable, textTable } from "./table";

export const formats = { text, markdown } as const;

export type Format = keyof typeof formats;

/** For a terminal. */
function text(title: string, sections: readonly Section[]): string {
  const blocks = sections.map(({ title, parts }) =>
    [title, "─".repeat(title.length), ...parts.flatMap(textLines)].join("\n"),
  );
  return `${[title, ...blocks].join("\n\n")}\n`;
}

function textLines(part: Part): readonly string[] {
  switch (part.kind) {
    case "note":
      return [part.text];
    case "lines":
      return part.lines;
    case "table":
      return textTable([part.head, ...part.rows]);
  }
}

/** For a pull request's comment, or a job's summary. */
function markdown(title: string, sections: readonly Section[]): string {
  const blocks = sections.map(({ title, parts, folded }) => {
    const body = parts.map(markdownPart).join("\n\n");
    return folded
      ? `<details><summary>${title}</summary>\n\n${body}\n\n</details>`
      : `### ${title}\n\n${body}`;
  });
  return `${[`## ${title}`, ...blocks].join("\n\n")}\n`;
}

function markdownPart(part: Part): string {
  switch (part.kind) {
    case "note":
      return part.text;
    case "lines":
      return fenced(part.lines, part.difference ? "diff" : "text");
    case "table":
      return markdownTable(
        part.head,
        part.rows.map((row) => row.map(cell)),
      );
  }
}

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** A fence that is longer than any in the text, which a template may bring. */
function fenced(lines: readonly string[], language: string): string {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length),
  );
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join("\n");
}
