import { literal } from "./column-kinds.ts";

const ASCII = /^[\0-\x7f]*$/;

/**
 * A quick condition (SQL) that holds for every text in which these stand one behind the other, whatever the case of their letters; for a few
 * more too. An expression that ignores case costs a fifth of what it costs to make a text lower case.
 * `between` is what stands between two of them, for RE2.
 */
export function mayHave(sql: string, texts: readonly string[], between: string): string {
  const asked = texts.filter((text) => text !== "");
  if (asked.length === 0) return `(${sql} IS NOT NULL)`;
  if (!asked.every((text) => ASCII.test(text))) {
    return `(${asked.map((text) => `contains(lower(${sql}), ${literal(text)})`).join(" AND ")})`;
  }
  if (asked.length === 1 && !/[a-z]/i.test(asked[0] as string))
    return `contains(${sql}, ${literal(asked[0] as string)})`;
  return `regexp_matches(${sql}, ${literal(`(?is)${asked.map(anyCase).join(between)}`)})`;
}

/** RE2 knows all that folds to a letter, but the capital I with a dot. */
function anyCase(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/i/gi, "[i\\x{130}]");
}
