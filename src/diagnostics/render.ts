import type { Diagnostic } from "./diagnostic.ts";
import { lineColumn, lineText } from "./source.ts";

/** Characters of a source line that are shown; of a longer one the part around the place. */
const LINE_WIDTH = 120;

/** A finding as people read it: message, place, the line, carets, the way out. No colours. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { code, severity, message, span, label, help } = diagnostic;
  const lines = [`${severity}[${code}]: ${message}`];
  let margin = "";
  if (span !== undefined) {
    const from = lineColumn(span.source, span.start);
    const to = lineColumn(span.source, Math.max(span.start, span.end - 1));
    const number = String(from.line);
    margin = " ".repeat(number.length);
    const text = lineText(span.source, from.line);
    const end = to.line === from.line ? to.column : text.length;
    const cut = excerpt(text, from.column - 1, end);
    lines.push(` ${margin}--> ${span.source.name}:${from.line}:${from.column}`);
    lines.push(` ${margin} |`);
    lines.push(` ${number} | ${cut.text}`.trimEnd());
    lines.push(` ${margin} | ${cut.pad}${"^".repeat(cut.carets)}${label === undefined ? "" : ` ${label}`}`);
  }
  if (help !== undefined) lines.push(` ${margin} = help: ${help}`);
  return `${lines.join("\n")}\n`;
}

/** The part of a line that is shown, and what stands under it: tabs stay tabs, so that carets are where they belong. */
function excerpt(text: string, start: number, end: number): { text: string; pad: string; carets: number } {
  let shown = text;
  let first = start;
  let last = Math.max(start + 1, Math.min(end, text.length));
  if (text.length > LINE_WIDTH) {
    const from = Math.max(0, Math.min(start - 40, text.length - LINE_WIDTH));
    const to = Math.min(text.length, from + LINE_WIDTH);
    const [before, after] = [from > 0 ? "…" : "", to < text.length ? "…" : ""];
    shown = before + text.slice(from, to) + after;
    first = start - from + before.length;
    last = Math.min(last, to) - from + before.length;
  }
  const pad = shown.slice(0, first).replace(/[^\t]/g, " ");
  return { text: shown, pad, carets: Math.max(1, last - first) };
}

/** All findings with a blank line between them, and a last line that counts. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  if (diagnostics.length === 0) return "";
  const errors = diagnostics.filter((one) => one.severity === "error").length;
  const counts = [count(errors, "error"), count(diagnostics.length - errors, "warning")].filter((text) => text !== "");
  return `${diagnostics.map(renderDiagnostic).join("\n")}\n${counts.join(", ")}\n`;
}

function count(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}
