import { type ToRegExpOptions, toRegExp, toRegExpDetails } from "oniguruma-to-es";

/** Flags of `toRegExp`: `m`: the dot takes line ends (Ruby's meaning), D, S, W: `\d`, `\s`, `\w` are ASCII, as in Ruby. */
type OnigurumaFlags = "DSW" | "mDSW";

type OnigurumaDetails = ReturnType<typeof toRegExpDetails>;

/** What is exact only for the newer target: sets beyond ASCII, and emoji. */
const NEEDS_V = /\b(?:graph|print)\b|\\X/i;

/**
 * Translates an expression in Oniguruma's syntax to one of V8, with its `u` flag where that can say it, else with `v`: the V8 of Node 20
 * misses matches of repeated groups in which a set stands beside a longer alternative (`(?:\[(?:[^\]]|"q")*\])+` on `[k="q"]`) under `v`.
 * Only intersections of sets, some negated sets in sets, `[:graph:]`, `[:print:]` and `\X` need `v`.
 * @throws Error with what is wrong or cannot be had
 */
export function translateOniguruma(text: string, flags: OnigurumaFlags): RegExp {
  return withU(text, flags, toRegExp);
}

/** As `translateOniguruma`, but the parts that an expression is made of. */
export function onigurumaDetails(text: string, flags: string): OnigurumaDetails {
  return withU(text, flags, toRegExpDetails);
}

function withU<T>(text: string, flags: string, translate: (text: string, options: ToRegExpOptions) => T): T {
  const options = { flags: flags as OnigurumaFlags };
  if (!NEEDS_V.test(text)) {
    try {
      return translate(text, { ...options, target: "ES2018" });
    } catch {
      // What is really wrong is wrong for the other target too.
    }
  }
  return translate(text, options);
}

/** What is wrong with an expression, or undefined. */
function complaint(text: string): string | undefined {
  try {
    toRegExpDetails(text, { flags: "mDSW" });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Longer expressions are not searched for the place. */
const LONGEST = 2000;

/**
 * Where an expression that cannot be translated goes wrong: the UTF-16 units up to the first character with which the complaint appears,
 * or the bracket that nothing closes. Undefined where the place cannot be told.
 */
export function placeOfError(text: string): number | undefined {
  const whole = complaint(text);
  if (whole === undefined || text.length > LONGEST) return undefined;
  const open: { readonly at: number; readonly closer: string }[] = [];
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    const inClass = open.at(-1)?.closer === "]";
    if (c === "\\") at++;
    else if (c === "[") open.push({ at, closer: "]" });
    else if (c === "]" && inClass) {
      // A bracket that closes is a character at the beginning of its set.
      const first = (open.at(-1)?.at ?? 0) + (text[(open.at(-1)?.at ?? 0) + 1] === "^" ? 2 : 1);
      if (first !== at) open.pop();
    } else if (c === "(" && !inClass) open.push({ at, closer: ")" });
    else if (c === ")" && !inClass) {
      if (open.pop() === undefined) return at;
    }
    const closers = open
      .map(({ closer }) => closer)
      .reverse()
      .join("");
    if (complaint(text.slice(0, at + 1) + closers) === whole) return at;
  }
  return open.at(-1)?.at;
}
