import { FieldReferenceError, parseFieldReference } from "../../event/field-reference.ts";
import { GrokError } from "./grok-error.ts";
import type { GrokLibrary } from "./library.ts";

export type CaptureType = "string" | "int" | "float";

/** A pattern with its references replaced: an expression in Ruby's syntax whose named groups are `g1`, `g2` … from the left. */
export interface ExpandedPattern {
  readonly text: string;
  /** What `g1`, `g2` … capture. `pattern`: the one that is captured whole, for `%{PATTERN:name}`. */
  readonly groups: readonly { readonly name: string; readonly type: CaptureType; readonly pattern?: string }[];
}

/** Characters of an expanded pattern: a bound for patterns that double themselves again and again. */
const MOST_CHARACTERS = 1_000_000;
const DEEPEST = 200;

/** `%{NAME}`, `%{NAME:field}`, `%{NAME:field:type}`, `%{NAME=definition}`; further text before the brace is ignored. */
const REFERENCE = /%\{(\w+)(?::([@[\]\w:.-]+))?(?:=((?:[^{}\\]|\\.|\{(?:[^{}\\]|\\.)*\})+))?[^}]*\}/sy;
const NAMED_GROUP = /\(\?(?:<([^=!>][^>]*)>|'([^']+)')/y;
const NAMED_CALL = /\\[kg](?:<([^>]+)>|'([^']+)')/y;

/**
 * Replaces the references of a grok pattern.
 * @throws GrokError with code `undefined-pattern`, `recursion` or `bad-field`
 */
export function expandPattern(pattern: string, library: GrokLibrary, namedCapturesOnly: boolean): ExpandedPattern {
  const expansion = new Expansion(library, namedCapturesOnly);
  expansion.write(pattern, undefined);
  return { text: expansion.text, groups: expansion.groups };
}

class Expansion {
  text = "";
  readonly groups: { name: string; type: CaptureType; pattern?: string }[] = [];
  readonly #library: GrokLibrary;
  readonly #namedOnly: boolean;
  /** Names that are being expanded, outermost first. */
  readonly #path: string[] = [];
  /** Last group of each name, for `\k<name>`. */
  readonly #lastGroup = new Map<string, number>();

  constructor(library: GrokLibrary, namedOnly: boolean) {
    this.#library = library;
    this.#namedOnly = namedOnly;
  }

  /** Appends `pattern`; `outer` is the position in the user's pattern, undefined for that pattern itself. */
  write(pattern: string, outer: number | undefined): void {
    let inClass = false;
    for (let at = 0; at < pattern.length; ) {
      const c = pattern[at] as string;
      const position = outer ?? at;
      if (c === "%" && pattern[at + 1] === "{") {
        const found = matchAt(REFERENCE, pattern, at);
        if (found !== null) {
          this.#reference(found, position);
          at += found[0].length;
          continue;
        }
      } else if (c === "\\") {
        const call = inClass ? null : matchAt(NAMED_CALL, pattern, at);
        at += call === null ? this.#copy(pattern.slice(at, at + 2)) : this.#call(call);
        continue;
      } else if (c === "[" || c === "]") {
        inClass = c === "[";
      } else if (c === "(" && !inClass) {
        const group = matchAt(NAMED_GROUP, pattern, at);
        if (group !== null) {
          this.#open(group[1] ?? (group[2] as string), position);
          at += group[0].length;
          continue;
        }
      }
      at += this.#copy(c);
      if (this.text.length > MOST_CHARACTERS)
        throw new GrokError("bad-expression", `the pattern grows over ${MOST_CHARACTERS} characters`, position);
    }
  }

  #reference(found: RegExpExecArray, position: number): void {
    const [, name = "", field, definition] = found;
    if (definition !== undefined) this.#library.add(name, definition);
    const pattern = this.#library.get(name);
    if (pattern === undefined)
      throw new GrokError("undefined-pattern", `pattern "${name}" is not defined`, position, name);
    if (this.#path.includes(name) || this.#path.length >= DEEPEST)
      throw new GrokError("recursion", `pattern "${name}" contains itself`, position, name);
    if (field === undefined && this.#namedOnly) this.text += "(?:";
    else this.#open(field ?? name, position, name);
    this.#path.push(name);
    this.write(pattern, position);
    this.#path.pop();
    this.text += ")";
  }

  /** Opens a capturing group for `[field]:type`. */
  #open(spec: string, position: number, pattern?: string): void {
    const [, name = spec, type] = /^(.*?)(?::([^:]*))?$/.exec(spec) ?? [];
    try {
      parseFieldReference(name);
    } catch (error) {
      if (error instanceof FieldReferenceError) throw new GrokError("bad-field", error.message, position);
      throw error;
    }
    const kind = type === "int" || type === "float" ? type : "string";
    this.groups.push({ name, type: kind, ...(pattern === undefined ? {} : { pattern }) });
    this.#lastGroup.set(name, this.groups.length);
    this.text += `(?<g${this.groups.length}>`;
  }

  #call(found: RegExpExecArray): number {
    const group = this.#lastGroup.get(found[1] ?? (found[2] as string));
    this.text += group === undefined ? found[0] : `${found[0].slice(0, 2)}<g${group}>`;
    return found[0].length;
  }

  #copy(text: string): number {
    this.text += text;
    return text.length;
  }
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}
