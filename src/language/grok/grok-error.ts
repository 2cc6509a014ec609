/** What is wrong with a grok pattern. */
export type GrokErrorCode = "undefined-pattern" | "bad-expression" | "recursion" | "bad-field";

/** A grok pattern that cannot be compiled; `position` counts UTF-16 units of the pattern as the user wrote it. */
export class GrokError extends Error {
  readonly code: GrokErrorCode;
  readonly position: number;
  /** The pattern name that is not defined, or that leads back to itself. */
  readonly pattern: string | undefined;

  constructor(code: GrokErrorCode, message: string, position: number, pattern?: string) {
    super(message);
    this.name = "GrokError";
    this.code = code;
    this.position = position;
    this.pattern = pattern;
  }
}
