import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { type RenderOptions, renderDiagnostic } from "../../diagnostics/render.ts";
import type { Span } from "../../diagnostics/source.ts";

/** A query that is not what the language allows. Its `message` is one line; `excerpt` shows the place. */
export class KqlSyntaxError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(message: string, span: Span, more: Pick<Diagnostic, "label" | "help"> = {}) {
    super(message);
    this.name = "KqlSyntaxError";
    this.diagnostic = { code: "KQL001", severity: "error", message, span, ...more };
  }

  /** The message, the query, and carets under the place. Ends with a line end. */
  excerpt(options: RenderOptions = {}): string {
    return renderDiagnostic(this.diagnostic, options);
  }
}
