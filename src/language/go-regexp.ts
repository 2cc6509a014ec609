import { compileRegexp } from "./regexp.ts";

/**
 * Compiles a regular expression in Go's syntax, as configurations of Beats have them: `^` and `$` are the ends of the text unless `(?m)` is set at
 * the beginning, `(?s)` lets the dot take line ends, groups are named `(?P<name>…)`. Source: Go, package regexp/syntax.
 * @throws Error with what is wrong
 */
export function compileGoRegexp(pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const set = flags?.[1] ?? "";
  const body = translate(pattern.slice(flags?.[0].length ?? 0), set.includes("m"));
  const own = `${set.includes("i") ? "i" : ""}${set.includes("s") ? "m" : ""}`;
  return compileRegexp(own === "" ? body : `(?${own}:${body})`);
}

function translate(pattern: string, linewise: boolean): string {
  let text = "";
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === "\\") text += c + (pattern[++i] ?? "");
    else if (inClass) {
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
    } else if (c === "(" && pattern.startsWith("(?P<", i)) {
      text += "(?<";
      i += 3;
    } else if (c === "(" && pattern.startsWith("(?s:", i)) {
      text += "(?m:";
      i += 3;
    } else if (c === "^") text += linewise ? "^" : "\\A";
    else if (c === "$") text += linewise ? "$" : "\\z";
    else text += c;
  }
  return text;
}
