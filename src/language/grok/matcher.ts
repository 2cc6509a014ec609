import { placeOfError, translateOniguruma } from "../oniguruma.ts";
import { type CaptureType, expandPattern } from "./expand.ts";
import { GrokError } from "./grok-error.ts";
import type { GrokLibrary } from "./library.ts";
import { emitPlain, hasLineAnchors } from "./plain-emit.ts";
import { parsePlain } from "./plain-parser.ts";
import { simplify } from "./plain-simplify.ts";
import { requiredText } from "./required-text.ts";

/** What a pattern captures into one field. */
export interface GrokCapture {
  /** Field reference as it stands in the pattern. */
  readonly name: string;
  readonly type: CaptureType;
  /** Numbers of all groups of that name in a match, in order. */
  readonly groups: readonly number[];
}

export interface GrokOptions {
  /** Unnamed `%{NAME}` capture nothing; else they capture under their own names. */
  readonly namedCapturesOnly: boolean;
}

/** Latin-1 strings take one byte a character in V8, which then knows without a look that there is no match. */
const BEYOND_LATIN1 = /[\u0100-\uffff]/;

/** A compiled pattern: searches anywhere in a text. */
export class GrokMatcher {
  readonly captures: readonly GrokCapture[];
  /** The pattern with its references replaced. */
  readonly text: string;
  /** Whether the expression is one whose meaning V8 shares, so that no emulation is in the way. */
  readonly isPlain: boolean;
  /** For texts of Latin-1 characters, of one line if the pattern has anchors of lines. */
  readonly #quick: RegExp;
  readonly #whole: RegExp;
  readonly #lineAnchors: boolean;
  /** Text that every match contains, or "". Most texts that do not match lack it, and to see that is far cheaper than a search. */
  readonly #required: string;

  constructor(
    captures: readonly GrokCapture[],
    quick: RegExp,
    whole: RegExp,
    lineAnchors: boolean,
    required: string,
    isPlain: boolean,
    text: string,
  ) {
    this.text = text;
    this.captures = captures;
    this.isPlain = isPlain;
    this.#quick = quick;
    this.#whole = whole;
    this.#lineAnchors = lineAnchors;
    this.#required = required;
  }

  /** The expression for the usual text; for benches and reports. */
  get expression(): RegExp {
    return this.#quick;
  }

  match(text: string): RegExpExecArray | null {
    if (this.#required !== "" && !text.includes(this.#required)) return null;
    const whole = BEYOND_LATIN1.test(text) || (this.#lineAnchors && text.includes("\n"));
    return (whole ? this.#whole : this.#quick).exec(text);
  }
}

/**
 * Compiles a grok pattern.
 * @throws GrokError where a name is not defined, contains itself, or the expression is wrong
 */
export function compileGrok(pattern: string, library: GrokLibrary, options: GrokOptions): GrokMatcher {
  const { text, groups } = expandPattern(pattern, library, options.namedCapturesOnly);
  const captures = new Map<string, { name: string; type: CaptureType; groups: number[] }>();
  for (const [i, { name, type }] of groups.entries()) {
    const known = captures.get(`${name}:${type}`);
    if (known === undefined) captures.set(`${name}:${type}`, { name, type, groups: [i + 1] });
    else known.groups.push(i + 1);
  }
  const parsed = parsePlain(text);
  try {
    if (parsed === undefined) {
      const expression = translateOniguruma(text, "mDSW");
      return new GrokMatcher([...captures.values()], expression, expression, false, "", false, text);
    }
    const node = simplify(parsed);
    return new GrokMatcher(
      [...captures.values()],
      new RegExp(emitPlain(node, "latin1-line")),
      new RegExp(emitPlain(node, "everything"), "u"),
      hasLineAnchors(node),
      requiredText(node),
      true,
      text,
    );
  } catch (error) {
    throw new GrokError("bad-expression", `bad regular expression: ${(error as Error).message}`, placeIn(pattern));
  }
}

const REFERENCE_OR_GROUP = /%\{[^}]*\}|\(\?<[^=!>][^>]*>|[\s\S]/g;

/** Where a pattern's own text is wrong (UTF-16 units), or 0. References and names of groups stand for something harmless. */
function placeIn(pattern: string): number {
  let text = "";
  const places: number[] = [];
  for (const { 0: part, index } of pattern.matchAll(REFERENCE_OR_GROUP)) {
    const shown = part.length === 1 ? part : part.startsWith("%") ? "x" : "(";
    text += shown;
    places.push(index);
  }
  const at = placeOfError(text);
  return at === undefined ? 0 : (places[at] ?? 0);
}
