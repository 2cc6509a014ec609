import { globalRegexp, listedCharacters } from "./key-value-class.ts";
import { KeyValueScanner } from "./key-value-scanner.ts";

/** How pairs are written; sets of characters as between the brackets of a regular expression in Ruby's syntax. */
export interface KeyValueForm {
  /** Characters between pairs. */
  readonly fieldSplit: string;
  /** Characters between a key and its value. */
  readonly valueSplit: string;
  /** Expressions in place of the two sets. */
  readonly fieldSplitPattern?: string | undefined;
  readonly valueSplitPattern?: string | undefined;
  /** Round, square and pointed brackets hold values as quotes do. */
  readonly brackets: boolean;
  /** Blanks around what splits a key from its value count for nothing. */
  readonly lenient: boolean;
}

export type TakePair = (key: string, value: string) => void;

/** Calls `take` for every pair of a text, in turn; the value is empty where there is none. */
export type FindPairs = (text: string, take: TakePair) => void;

/**
 * Compiles a form: lists of characters into a scanner, anything else into a regular expression. Both find the same.
 * @throws Error for a bad set or expression
 */
export function compileKeyValue(form: KeyValueForm): FindPairs {
  if (form.fieldSplitPattern === undefined && form.valueSplitPattern === undefined) {
    const fieldSplit = listedCharacters(form.fieldSplit);
    const valueSplit = listedCharacters(form.valueSplit);
    if (fieldSplit !== undefined && valueSplit !== undefined && !`${fieldSplit}${valueSplit}`.includes("\\")) {
      const scanner = new KeyValueScanner(valueSplit, fieldSplit, form.brackets, form.lenient);
      return (text, take) => scanner.find(text, take);
    }
  }
  return compileKeyValuePattern(form);
}

/** Where a group has a name, others capture nothing: keys and values would be lost. */
const NAMED_GROUP = /(?<!\\)\(\?<[A-Za-z_]/;

/**
 * The form as one regular expression: a key, what splits it from its value, the value in quotes, in brackets or bare, what splits pairs
 * or the end of a line. A character behind a backslash does not split.
 * Source: the documentation of Logstash's kv filter and its observable behaviour.
 * @throws Error for a bad set or expression
 */
export function compileKeyValuePattern(form: KeyValueForm): FindPairs {
  for (const pattern of [form.fieldSplitPattern, form.valueSplitPattern]) {
    if (pattern !== undefined && NAMED_GROUP.test(pattern)) throw new Error("it has a group with a name: use (?:…)");
  }
  const field = `(?:${form.fieldSplitPattern ?? `[${form.fieldSplit}]`})`;
  const bareSplit = `(?:${form.valueSplitPattern ?? `[${form.valueSplit}]`})`;
  const split = form.lenient ? ` *${bareSplit} *` : bareSplit;
  const hasPattern = form.fieldSplitPattern !== undefined || form.valueSplitPattern !== undefined;
  const key = hasPattern ? untilPattern(`${split}|${field}`) : untilCharacters(form.valueSplit + form.fieldSplit);
  const values = ['""', "''", ...(form.brackets ? ["()", "[]", "<>"] : [])].map(
    ([open, close]) => `\\${open}${untilCharacters(`\\${close}`)}?\\${close}`,
  );
  values.push(form.fieldSplitPattern === undefined ? untilCharacters(form.fieldSplit) : untilPattern(field));
  const expression = globalRegexp(`${key}${split}(?:${values.join("|")})?(?:${field}|$)`);
  return (text, take) => {
    expression.lastIndex = 0;
    for (let found = expression.exec(text); found !== null; found = expression.exec(text)) {
      let value: string | undefined;
      for (let i = 2; i < found.length && value === undefined; i++) value = found[i];
      take(found[1] as string, value ?? "");
    }
  };
}

function untilCharacters(set: string): string {
  return `((?:\\\\.|[^${set}])+)`;
}

/** What splits may itself begin with a backslash: it comes first. */
function untilPattern(pattern: string): string {
  return `((?:(?!${pattern})(?:\\\\.|.))+)`;
}
