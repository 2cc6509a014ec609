import type { DiagnosticCode } from "./catalogue.ts";
import { lineColumn, type Span } from "./source.ts";

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
}

/** Collects findings, so that one run shows all of them. */
export class DiagnosticCollector {
  readonly #found: Diagnostic[] = [];

  add(diagnostic: Diagnostic): void {
    this.#found.push(diagnostic);
  }

  error(code: DiagnosticCode, message: string, span?: Span, more: { label?: string; help?: string } = {}): void {
    this.add({ code, severity: "error", message, ...(span === undefined ? {} : { span }), ...more });
  }

  warning(code: DiagnosticCode, message: string, span?: Span, more: { label?: string; help?: string } = {}): void {
    this.add({ code, severity: "warning", message, ...(span === undefined ? {} : { span }), ...more });
  }

  get errors(): number {
    return this.#found.filter((one) => one.severity === "error").length;
  }

  get warnings(): number {
    return this.#found.length - this.errors;
  }

  /** By file, then place; those without a place first. The same finding at the same place is given once. */
  sorted(): readonly Diagnostic[] {
    const seen = new Set<string>();
    return this.#found
      .filter((one) => {
        const key = `${one.code}/${one.span?.source.name}/${one.span?.start}/${one.message}`;
        return !seen.has(key) && seen.add(key);
      })
      .sort((a, b) => {
        const [x, y] = [a.span?.source.name ?? "", b.span?.source.name ?? ""];
        return x < y ? -1 : x > y ? 1 : (a.span?.start ?? 0) - (b.span?.start ?? 0);
      });
  }

  toJSON(): readonly object[] {
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
