import type { DiagnosticCode } from "../diagnostics/catalogue.ts";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";

/** A syntax error on its way to the place where the parser goes on. */
export class SyntaxFault extends Error {
  readonly code: DiagnosticCode;
  readonly span: Span;
  readonly help: string | undefined;

  constructor(code: DiagnosticCode, message: string, span: Span, help?: string) {
    super(message);
    this.code = code;
    this.span = span;
    this.help = help;
  }
}

/** Syntax errors told of one file; the rest of it is not read. */
const FAULT_LIMIT = 100;

/** Passes the syntax errors of one file on, up to a limit. */
export class FaultReporter {
  readonly #found: DiagnosticCollector;
  #count = 0;

  constructor(found: DiagnosticCollector) {
    this.#found = found;
  }

  /** No more is to be read of this file. */
  get exhausted(): boolean {
    return this.#count >= FAULT_LIMIT;
  }

  report({ code, message, span, help }: SyntaxFault): void {
    if (this.exhausted) return;
    this.#count++;
    this.#found.error(code, message, span, help === undefined ? {} : { help });
    if (this.exhausted)
      this.#found.error("CONF023", `${FAULT_LIMIT} syntax errors; the rest of the file was not read`, {
        ...span,
        start: span.end,
      });
  }

  warn(code: DiagnosticCode, message: string, span: Span, help: string): void {
    this.#found.warning(code, message, span, { help });
  }
}
