/** Mistakes that are told by what stands at the place of a syntax error: what was probably meant. */
const HINTS: readonly (readonly [at: RegExp, hint: string])[] = [
  [/\$\{\w/y, 'a variable stands in quotes: "${NAME}"'],
  [/[\u2018-\u201f\u00ab\u00bb]/y, "this is a typographic quote; use \" or '"],
  [
    /[\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]/y,
    "this is a special space; replace it with a plain one",
  ],
  [/\/\/|\/\*|--\s|;;/y, "comments begin with #"],
  [/;/y, "nothing ends with a semicolon here; whitespace separates"],
  [/&&/y, 'write "and"'],
  [/\|\|/y, 'write "or"'],
  [/not\b/y, 'write !( … ) or "not in"'],
  [/(?:elif|elsif)\b/y, 'write "else if"'],
];

/** The hint for what stands at `at`; undefined when nothing is known. */
export function hintFor(text: string, at: number): string | undefined {
  return HINTS.find(([expression]) => {
    expression.lastIndex = at;
    return expression.test(text);
  })?.[1];
}

const WORD = /[\p{L}\p{N}_-]{1,60}/uy;
const PLAIN = /^[\p{L}\p{N}\p{P}\p{S}]$/u;

/** What stands at `at`, for a message, and how many characters it takes; a character that cannot be seen by its code point. */
export function describe(text: string, at: number): { readonly name: string; readonly width: number } {
  if (at >= text.length) return { name: "the end of the file", width: 0 };
  WORD.lastIndex = at;
  const found = WORD.exec(text)?.[0] ?? String.fromCodePoint(text.codePointAt(at) as number);
  const width = found.length;
  if (found === '"') return { name: "'\"'", width };
  if (width > 2 || PLAIN.test([...found][0] as string)) return { name: JSON.stringify(found), width };
  const code = (found.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
  return { name: `U+${code}`, width };
}
