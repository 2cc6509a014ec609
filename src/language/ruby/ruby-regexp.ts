import { onigurumaDetails } from "../oniguruma.ts";

/** A regular expression of Ruby's, in the words of both languages. */
export interface TranslatedRegexp {
  /** As written. */
  readonly source: string;
  /** Ruby's, of `i`, `m`, `x`. */
  readonly options: string;
  readonly pattern: string;
  readonly flags: string;
  /** Numbers of groups that the translation added. */
  readonly hidden?: readonly number[];
}

/** Expressions that mean the same in both languages without flags. */
const PLAIN = /^[A-Za-z0-9 _@:;,'"!%&=<>~-]+$/;

const translated = new Map<string, TranslatedRegexp>();
const LIMIT = 2000;

/**
 * Translates a Ruby regular expression (Oniguruma's syntax) for V8. `\d`, `\s`, `\w` are ASCII, as in Ruby.
 * @throws Error with what is wrong
 */
export function translateRegexp(source: string, options: string): TranslatedRegexp {
  const key = `${options}/${source}`;
  let found = translated.get(key);
  if (found !== undefined) return found;
  if (options === "" && PLAIN.test(source)) found = { source, options, pattern: source, flags: "" };
  else {
    const flags = [...new Set(options)].filter((flag) => "imx".includes(flag)).join("");
    const details = onigurumaDetails(source, `DSW${flags}`);
    const hidden = details.options?.hiddenCaptures;
    if (details.options?.strategy !== undefined) throw new Error("a search that starts at \\G is not had here");
    found = {
      source,
      options: flags,
      pattern: details.pattern,
      flags: details.flags,
      ...(hidden === undefined ? {} : { hidden }),
    };
  }
  if (translated.size < LIMIT) translated.set(key, found);
  return found;
}
