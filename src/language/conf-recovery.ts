import { type FaultReporter, SyntaxFault } from "./conf-faults.ts";
import type { ConfigurationScanner } from "./conf-scanner.ts";

/** What an option begins with; also one whose arrow is half. */
export const ATTRIBUTE_BEGIN: RegExp = /["']?[\w-]{1,100}["']?\s{0,100}=/y;
/** What a plugin or an `if` begins with. */
export const STATEMENT_BEGIN: RegExp = /(?:if\b|[\w-]{1,100}\s{0,100}\{)/y;
const SECTION_LINE = /^[ \t]*(?:input|filter|output)\s*\{/my;
const CLOSERS = " \t\r}])";
const BEFORE_BEGIN = /[\s{}\]"']/;

/**
 * Runs `parse`. A syntax error in it is reported, and the scanner goes to where `begin` matches behind the error, or to the brace that
 * closes the block around.
 */
export function recover<T>(
  scanner: ConfigurationScanner,
  faults: FaultReporter,
  begin: RegExp,
  parse: () => T,
): T | undefined {
  const before = scanner.at;
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    const open = report(scanner, faults, error);
    if (faults.exhausted) {
      scanner.at = scanner.text.length;
      return undefined;
    }
    const { text } = scanner;
    const from = Math.min(before, open ?? before);
    const gap = open === undefined ? undefined : openLine(text, open);
    const at = gap?.end ?? scanner.at;
    // Braces are counted from where the broken part began; where that leads nowhere, because one is missing, from the error on.
    const next = findBegin(text, from, at, begin, gap) ?? findBegin(text, at, at, begin) ?? text.length;
    // However odd the text, each error takes at least one character with it.
    scanner.at = Math.max(next, from + 1);
    return undefined;
  }
}

/** Reports an error; gives the place of a quote that is not closed, if that is what it comes from. */
function report(scanner: ConfigurationScanner, faults: FaultReporter, fault: SyntaxFault): number | undefined {
  const long = scanner.longText;
  // The rest of a word right behind a text of several lines: it ended at the quote that should have begun another.
  if (long !== undefined && long.end === fault.span.start && fault.span.end > fault.span.start) {
    const span = { ...long, end: long.start + 1 };
    const message = "the text that begins here ends lines below, in the middle of something";
    faults.report(
      new SyntaxFault("CONF002", message, span, `is a closing ${scanner.text[long.start]} missing in this line?`),
    );
    scanner.forgetLongText();
    return long.start;
  }
  faults.report(fault);
  return fault.code === "CONF002" ? fault.span.start : undefined;
}

/** What is passed over of a line with an open quote: up to the brackets at the line's end, which are probably not part of the text. */
function openLine(text: string, quote: number): { start: number; end: number } {
  const lineEnd = text.indexOf("\n", quote);
  let end = lineEnd < 0 ? text.length : lineEnd;
  while (end > quote + 1 && CLOSERS.includes(text[end - 1] as string)) end--;
  return { start: quote, end };
}

/** Where `begin` matches or a block ends, not before `least`; braces are counted from `from` on, but not in `gap`. Undefined: nowhere. */
function findBegin(
  text: string,
  from: number,
  least: number,
  begin: RegExp,
  gap?: { readonly start: number; readonly end: number },
): number | undefined {
  let depth = 0;
  let fresh = from > least;
  let lineEnd = -1;
  for (let at = from; at < text.length; at++) {
    if (at === gap?.start) at = gap.end;
    if (at > lineEnd) {
      lineEnd = text.indexOf("\n", at);
      if (lineEnd < 0) lineEnd = text.length;
    }
    if (fresh && at > least && ((depth === 0 && matches(begin, text, at)) || matches(SECTION_LINE, text, at)))
      return at;
    const c = text[at] as string;
    if (c === "#") at = lineEnd;
    else if (c === "{") depth++;
    else if (c === "}") {
      if (depth === 0 && at >= least) return at;
      depth = Math.max(0, depth - 1);
    } else if (c === '"' || c === "'") {
      const end = text.indexOf(c, at + 1);
      if (end > 0 && end < lineEnd) at = end;
      // No such quote follows at all: to look for it again at each further one would take quadratic time.
      else if (end < 0) at = lineEnd - 1;
    }
    fresh = BEFORE_BEGIN.test(text[at] ?? "");
  }
  return undefined;
}

function matches(expression: RegExp, text: string, at: number): boolean {
  expression.lastIndex = at;
  return expression.test(text);
}

/** To the next section that begins a line, or the end. */
export function toNextSection(scanner: ConfigurationScanner): void {
  const { text } = scanner;
  for (let line = text.indexOf("\n", scanner.at); line >= 0; line = text.indexOf("\n", line + 1)) {
    if (matches(SECTION_LINE, text, line + 1)) {
      scanner.at = line + 1;
      return;
    }
  }
  scanner.at = text.length;
}
