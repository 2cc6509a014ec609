import { compileRegexp } from "./regexp.ts";

/** A compiled expression, and the numbers of its groups with names. */
export interface GoRegexp {
  readonly expression: RegExp;
  readonly names: ReadonlyMap<string, number>;
}

/**
 * Compiles a regular expression in Go's syntax, as configurations of Beats have them: `^` and `$` are the ends of the text unless `(?m)` is set at
 * the beginning, `(?s)` lets the dot take line ends, groups are named `(?P<name>…)`. Source: Go, package regexp/syntax.
 * @throws Error with what is wrong
 */
export function compileGoRegexp(pattern: string): RegExp {
  return compileGoGroups(pattern).expression;
}

/** As `compileGoRegexp`, for those who need the groups. All groups have numbers, those with names too. */
export function compileGoGroups(pattern: string): GoRegexp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const set = flags?.[1] ?? "";
  const names = new Map<string, number>();
  const body = translate(pattern.slice(flags?.[0].length ?? 0), set.includes("m"), names);
  const own = `${set.includes("i") ? "i" : ""}${set.includes("s") ? "m" : ""}`;
  return { expression: compileRegexp(own === "" ? body : `(?${own}:${body})`), names };
}

function translate(pattern: string, linewise: boolean, names: Map<string, number>): string {
  let groups = 0;
  let text = "";
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === "\\") {
      const next = pattern[++i] ?? "";
      const letter = pattern[i + 1];
      const isShort = /p/i.test(next) && letter !== undefined && letter !== "{";
      text += isShort ? `\\${next}{${letter}}` : c + next;
      if (isShort) i++;
    } else if (inClass) {
      if (c === "[" && pattern[i + 1] === ":") {
        const end = pattern.indexOf(":]", i + 2);
        const stop = end < 0 ? i : end + 1;
        text += end < 0 ? "\\[" : pattern.slice(i, stop + 1);
        i = stop;
        continue;
      }
      if (c === "]") inClass = false;
      // A bracket or && in a set are only characters to Go.
      text += c === "[" || c === "&" ? `\\${c}` : c;
    } else if (c === "[") {
      inClass = true;
      text += c;
      if (pattern[i + 1] === "^") text += pattern[++i];
      if (pattern[i + 1] === "]") {
        text += "\\]";
        i++;
      }
    } else if (c === "(") {
      // Ruby does not count groups without names beside those with names: all of them lose theirs.
      const name = /^\(\?P?<(\w+)>/.exec(pattern.slice(i, i + 100));
      if (name !== null || pattern[i + 1] !== "?") groups++;
      if (name !== null) names.set(name[1] as string, groups);
      const head = name?.[0] ?? (pattern.startsWith("(?s:", i) ? "(?s:" : "(");
      text += head === "(?s:" ? "(?m:" : "(";
      i += head.length - 1;
    } else if (c === "^") text += linewise ? "^" : "\\A";
    else if (c === "$") text += linewise ? "$" : "\\z";
    else text += c;
  }
  return text;
}
