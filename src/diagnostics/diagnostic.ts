import type { DiagnosticCode } from "./catalogue.ts";
import { type LineColumn, lineColumn, type Span } from "./source.ts";

export type Severity = "error" | "warning";

/** One finding in a configuration. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly span?: Span;
  /** Short text beside the carets. */
  readonly label?: string;
  /** The way out. */
  readonly help?: string;
  /** What else is worth knowing, a line each. */
  readonly notes?: readonly string[];
}

/** What `error` and `warning` take beyond message and place. */
export type DiagnosticMore = Pick<Diagnostic, "label" | "help" | "notes">;

/** A finding for machines. Lines and columns from 1, `end` is behind the last character. */
export interface DiagnosticJson extends Omit<Diagnostic, "span"> {
  readonly file?: string;
  readonly start?: LineColumn;
  readonly end?: LineColumn;
}

/** Collects findings, so that one run shows all of them. The same finding at the same place is kept once. */
export class DiagnosticCollector {
  readonly #found: Diagnostic[] = [];
  readonly #keys = new Set<string>();
  #errors = 0;

  add(diagnostic: Diagnostic): void {
    const { code, severity, span, message } = diagnostic;
    const key = `${code}/${severity}/${span?.source.name}/${span?.start}/${message}`;
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#found.push(diagnostic);
    if (severity === "error") this.#errors++;
  }

  error(code: DiagnosticCode, message: string, span?: Span, more: DiagnosticMore = {}): void {
    this.add({ code, severity: "error", message, ...(span === undefined ? {} : { span }), ...more });
  }

  warning(code: DiagnosticCode, message: string, span?: Span, more: DiagnosticMore = {}): void {
    this.add({ code, severity: "warning", message, ...(span === undefined ? {} : { span }), ...more });
  }

  get errors(): number {
    return this.#errors;
  }

  get warnings(): number {
    return this.#found.length - this.#errors;
  }

  /** By file name, then place, then as they were found; those without a place first. */
  sorted(): readonly Diagnostic[] {
    return this.#found.toSorted((a, b) => {
      const [x, y] = [a.span?.source.name ?? "", b.span?.source.name ?? ""];
      return x < y ? -1 : x > y ? 1 : (a.span?.start ?? 0) - (b.span?.start ?? 0);
    });
  }

  toJSON(): readonly DiagnosticJson[] {
    return this.sorted().map(({ span, ...rest }) => ({
      ...rest,
      ...(span === undefined
        ? {}
        : {
            file: span.source.name,
            start: lineColumn(span.source, span.start),
            end: lineColumn(span.source, span.end),
          }),
    }));
  }
}
