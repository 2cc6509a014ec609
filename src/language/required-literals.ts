/**
 * Finds out what text a regular expression cannot match without, so that most of many expressions need not be tried.
 * It reads JavaScript's syntax without the `u` and `v` flags; what it does not know requires nothing.
 */

/** Texts in lower case, of which at least one stands (in any case) in whatever matches. */
export type Alternatives = readonly string[];

/** Texts that a part of an expression is made of are followed up to this many alternatives. */
const ALTERNATIVES_LIMIT = 16;
/** A character class with more characters is as good as any character. */
const CLASS_LIMIT = 3;

/** Characters that mean themselves, as many as no quantifier belongs to. */
const PLAIN = /[-\w ,;:/=<>!@#&~"'%]+(?![?*+{])/y;

/** What a part of an expression requires. */
interface Part {
  /** All the texts that it matches; undefined: too many to say. */
  readonly exact: Alternatives | undefined;
  /** What stands in every match. */
  readonly needs: readonly Alternatives[];
}

const NOTHING: Part = { exact: undefined, needs: [] };
const EMPTY: Part = { exact: [""], needs: [] };

/** The requirements of an expression, all of which hold for every match; none where nothing is sure. */
export function requiredLiterals(pattern: string): readonly Alternatives[] {
  const reader = new PatternReader(pattern);
  const part = reader.alternatives();
  return reader.atEnd && !reader.isUnknown ? allNeeds(part) : [];
}

function allNeeds({ exact, needs }: Part): readonly Alternatives[] {
  return exact === undefined || exact.includes("") ? needs : [...needs, exact];
}

/** Joins parts that follow each other. */
class Sequence {
  #exact: Alternatives = [""];
  /** Whether `#exact` is all that there was so far. */
  #whole = true;
  readonly #needs: Alternatives[] = [];

  add({ exact, needs }: Part): void {
    for (const one of needs) this.#needs.push(one);
    const [only] = exact ?? [];
    if (exact?.length === 1 && only !== undefined) {
      if (only !== "") this.#exact = this.#exact.map((head) => head + only);
    } else if (exact === undefined) {
      this.#cut([""]);
    } else if (exact.length * this.#exact.length > ALTERNATIVES_LIMIT) {
      this.#cut(exact);
    } else {
      this.#exact = [...new Set(this.#exact.flatMap((head) => exact.map((tail) => head + tail)))];
    }
  }

  /** The texts so far end here; `next` begin anew. */
  #cut(next: Alternatives): void {
    if (!this.#exact.includes("")) this.#needs.push(this.#exact);
    this.#exact = next;
    this.#whole = false;
  }

  part(): Part {
    if (this.#whole) return { exact: this.#exact, needs: this.#needs };
    this.#cut([""]);
    return { exact: undefined, needs: this.#needs };
  }
}

class PatternReader {
  /** Something was met whose meaning is not known here. */
  isUnknown = false;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  alternatives(): Part {
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    const only = parts[0] as Part;
    return parts.length === 1 ? only : either(parts);
  }

  #sequence(): Part {
    const sequence = new Sequence();
    while (!this.atEnd && this.#text[this.#at] !== "|" && this.#text[this.#at] !== ")") {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)?.[0];
      if (plain === undefined) {
        sequence.add(this.#repeated(this.#atom()));
      } else {
        this.#at += plain.length;
        sequence.add(literal(plain));
      }
    }
    return sequence.part();
  }

  /** A part with the quantifier that follows it. */
  #repeated(part: Part): Part {
    if (!"?*+{".includes(this.#text[this.#at] ?? " ")) return part;
    const found = /^(?:[?*+]|\{(\d+)(,\d*)?\})\??/.exec(this.#text.slice(this.#at, this.#at + 20));
    if (found === null) return part;
    this.#at += found[0].length;
    const [text, count] = found;
    if (text.startsWith("?")) return part.exact === undefined ? NOTHING : either([part, EMPTY]);
    if (text.startsWith("*") || count === "0") return NOTHING;
    return count === "1" && found[2] === undefined ? part : { exact: undefined, needs: allNeeds(part) };
  }

  #atom(): Part {
    const c = this.#text[this.#at++] as string;
    if (c === "(") return this.#group();
    if (c === "[") return this.#class();
    if (c === "\\") return this.#escape();
    if (c === "^" || c === "$") return EMPTY;
    return c === "." ? NOTHING : literal(c);
  }

  #group(): Part {
    const kind = /^\?(?:[:=!]|<[=!]|<[^>]*>)/.exec(this.#text.slice(this.#at))?.[0] ?? "";
    if (kind === "" && this.#text[this.#at] === "?") this.isUnknown = true;
    this.#at += kind.length;
    const part = this.alternatives();
    this.#take(")");
    // What looks around may look at what its neighbours match too.
    return /^\?<?[=!]$/.test(kind) ? EMPTY : part;
  }

  #class(): Part {
    const all = /^(?:[^\\\]]|\\.)*\]/s.exec(this.#text.slice(this.#at))?.[0] ?? "";
    if (all === "") this.isUnknown = true;
    this.#at += all.length;
    const inside = all.slice(0, -1);
    if (inside === "" || inside.length > CLASS_LIMIT || /[\\^\x80-\uffff]|.-./s.test(inside)) return NOTHING;
    return { exact: [...new Set(inside.toLowerCase())], needs: [] };
  }

  #escape(): Part {
    const all = /^(?:x[\da-f]{2}|u[\da-f]{4}|c[a-z]|k<[^>]*>|\d+|.)/is.exec(this.#text.slice(this.#at))?.[0] ?? "";
    this.#at += all.length;
    if (all === "b" || all === "B") return EMPTY;
    return /^[^a-z\d]$/i.test(all) ? literal(all) : NOTHING;
  }

  #take(c: string): boolean {
    if (this.#text[this.#at] !== c) return false;
    this.#at++;
    return true;
  }
}

function literal(c: string): Part {
  return c > "\x7f" ? NOTHING : { exact: [c.toLowerCase()], needs: [] };
}

/** One of the parts: the texts of all, and a requirement only where each has one. */
function either(parts: readonly Part[]): Part {
  if (parts.every(({ exact }) => exact !== undefined)) {
    const exact = [...new Set(parts.flatMap((part) => part.exact ?? []))];
    if (exact.length <= ALTERNATIVES_LIMIT) return { exact, needs: [] };
  }
  const best = parts.map((part) => bestOf(allNeeds(part)));
  if (best.some((one) => one === undefined)) return NOTHING;
  const joined = [...new Set(best.flatMap((one) => one ?? []))];
  return { exact: undefined, needs: [joined] };
}

/** The requirement that says most: its shortest text is the longest. */
function bestOf(needs: readonly Alternatives[]): Alternatives | undefined {
  let best: Alternatives | undefined;
  for (const one of needs) if (best === undefined || shortestOf(one) > shortestOf(best)) best = one;
  return best;
}

/** Characters of the shortest text. */
export function shortestOf(texts: Alternatives): number {
  return Math.min(...texts.map(({ length }) => length));
}
