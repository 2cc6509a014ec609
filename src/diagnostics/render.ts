import type { Diagnostic } from "./diagnostic.ts";
import { excerpt, visible } from "./excerpt.ts";
import { lineColumn, lineText, type Span } from "./source.ts";

export interface RenderOptions {
  /** ANSI colours, for a terminal. */
  readonly color?: boolean;
  /** Findings shown by `renderDiagnostics`; the rest is only counted. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 100;
const COLOURS = { error: "\u001b[1;31m", warning: "\u001b[1;33m", frame: "\u001b[34m", end: "\u001b[0m" } as const;

/**
 * A finding as people read it: message, place, the line, carets, the way out. Ends with a line end. Control characters of the source are
 * shown as signs, so that a file cannot steer the terminal.
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const { code, severity, message, span, label, help, notes = [] } = diagnostic;
  const paint = (kind: keyof typeof COLOURS, text: string): string =>
    options.color === true ? `${COLOURS[kind]}${text}${COLOURS.end}` : text;
  const lines = [`${paint(severity, `${severity}[${code}]`)}: ${visible(message)}`];
  let margin = "";
  if (span !== undefined) {
    const place = lineColumn(span.source, span.start);
    const rows = rowsOf(span, label === undefined ? "" : ` ${visible(label)}`);
    margin = " ".repeat(Math.max(...rows.map(({ number }) => number.length)));
    lines.push(` ${margin}${paint("frame", "-->")} ${visible(span.source.name)}:${place.line}:${place.column}`);
    lines.push(paint("frame", ` ${margin} |`));
    for (const row of rows) {
      if (row.gap) lines.push(paint("frame", "..."));
      lines.push(`${paint("frame", ` ${row.number.padStart(margin.length)} |`)} ${row.text}`.trimEnd());
      lines.push(`${paint("frame", ` ${margin} |`)} ${row.pad}${paint(severity, row.marks)}`);
    }
  }
  if (help !== undefined) lines.push(`${paint("frame", ` ${margin} =`)} help: ${visible(help)}`);
  for (const note of notes) lines.push(`${paint("frame", ` ${margin} =`)} note: ${visible(note)}`);
  return `${lines.join("\n")}\n`;
}

interface Row {
  readonly number: string;
  readonly text: string;
  readonly pad: string;
  readonly marks: string;
  /** Lines are left out before this one. */
  readonly gap: boolean;
}

/** The line of a span; of one over several lines the first and the last. */
function rowsOf(span: Span, label: string): Row[] {
  const { source } = span;
  const from = lineColumn(source, span.start);
  // The last character, not the one behind it, which may be on the next line.
  const to = lineColumn(source, Math.max(span.start, span.end - 1));
  const row = (line: number, start: number, end: number, gap: boolean, beside: string): Row => {
    const { text, pad, carets } = excerpt(lineText(source, line), start, end);
    return { number: String(line), text, pad, marks: "^".repeat(carets) + beside, gap };
  };
  if (to.line === from.line) return [row(from.line, from.column - 1, to.column, false, label)];
  const last = lineText(source, to.line);
  const indent = last.length - last.trimStart().length;
  return [
    row(from.line, from.column - 1, lineText(source, from.line).length, false, ""),
    row(to.line, Math.min(indent, to.column - 1), to.column, to.line > from.line + 1, label),
  ];
}

/** Findings with a blank line between them, and a last line that counts all. Empty when there are none. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string {
  if (diagnostics.length === 0) return "";
  const errors = diagnostics.filter((one) => one.severity === "error").length;
  const counts = [count(errors, "error"), count(diagnostics.length - errors, "warning")].filter((text) => text !== "");
  const limit = options.limit ?? DEFAULT_LIMIT;
  const shown = diagnostics.slice(0, limit).map((one) => renderDiagnostic(one, options));
  const more = diagnostics.length > limit ? `, the first ${limit} shown` : "";
  return `${shown.join("\n")}\n${counts.join(", ")}${more}\n`;
}

function count(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}
