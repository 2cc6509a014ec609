import { type FaultReporter, SyntaxFault } from "./conf-faults.ts";
import type { ConfigurationScanner } from "./conf-scanner.ts";

/** What an option begins with. */
export const ATTRIBUTE_BEGIN: RegExp = /["']?[\w-]{1,100}["']?\s{0,100}=>/y;
/** What a plugin or an `if` begins with. */
export const STATEMENT_BEGIN: RegExp = /(?:if\b|[\w-]{1,100}\s{0,100}\{)/y;
const SECTION_LINE = /^[ \t]*(?:input|filter|output)\s*\{/my;
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
    // Where the rest of a word stands right behind a text of several lines, that text ended at the quote that should have begun another.
    const long = scanner.longText;
    const swallowed = long !== undefined && long.end === error.span.start ? long : undefined;
    if (swallowed !== undefined) {
      const quote = scanner.text[swallowed.start] as string;
      faults.report(
        new SyntaxFault(
          "CONF002",
          `the text that begins here ends lines below, in the middle of something`,
          { ...swallowed, end: swallowed.start + 1 },
          `is a closing ${quote} missing in this line?`,
        ),
      );
      scanner.toLineEnd(swallowed.start);
      scanner.forgetLongText();
    } else {
      faults.report(error);
      if (error.code === "CONF002") scanner.toLineEnd();
    }
    if (faults.exhausted) {
      scanner.at = scanner.text.length;
      return undefined;
    }
    const { at, text } = scanner;
    const quoted = swallowed !== undefined || error.code === "CONF002";
    // Braces are counted from where the broken part began; where that leads nowhere, because one is missing, from the error on.
    scanner.at =
      (quoted ? undefined : findBegin(text, before, at, begin)) ?? findBegin(text, at, at, begin) ?? text.length;
    // However odd the text, each error takes at least one character with it.
    const least = (swallowed?.start ?? before) + 1;
    if (scanner.at < least) scanner.at = least;
    return undefined;
  }
}

/** Where `begin` matches or a block ends, behind `least`; braces are counted from `from` on. Undefined: nowhere. */
function findBegin(text: string, from: number, least: number, begin: RegExp): number | undefined {
  let depth = 0;
  let fresh = from > least;
  let lineEnd = -1;
  for (let at = from; at < text.length; at++) {
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
      // No such quote follows in this line: to look for it again at each further one would take quadratic time.
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
