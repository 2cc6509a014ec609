import type { Value } from "../event/value.ts";
import { compileRegexp } from "../language/regexp.ts";
import { valueText } from "../language/sprintf.ts";
import type { Dictionary } from "./dictionary.ts";

/** What a text is translated to; undefined when it is not. */
export type Lookup = (text: string) => Value | undefined;

/** How keys are meant: the whole text, an expression (Ruby's syntax) that it matches, or parts of it to replace. */
export type LookupKind = "exact" | "regex" | "parts";

/** @throws Error for a key that is no expression where it has to be one */
export function compileLookup(dictionary: Dictionary, kind: LookupKind): Lookup {
  if (kind === "exact") return (text) => dictionary.get(text);
  return kind === "regex" ? firstMatch(dictionary) : replacedParts(dictionary);
}

function firstMatch(dictionary: Dictionary): Lookup {
  const expressions = [...dictionary].map(([key, value]) => [expressionOf(key), value] as const);
  return (text) => {
    for (const [expression, value] of expressions) {
      if (expression.test(text)) return value;
    }
    return undefined;
  };
}

function expressionOf(key: string): RegExp {
  try {
    return compileRegexp(key);
  } catch (error) {
    throw new Error(`the key ${JSON.stringify(key)}: ${(error as Error).message}`);
  }
}

/** Where several keys fit at one place the one that comes first in the dictionary holds. */
function replacedParts(dictionary: Dictionary): Lookup {
  const keys = [...dictionary.keys()].filter((key) => key !== "");
  if (keys.length === 0) return () => undefined;
  const parts = new RegExp(keys.map((key) => key.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "g");
  const texts = new Map(keys.map((key) => [key, valueText(dictionary.get(key) ?? "")]));
  return (text) => {
    const changed = text.replace(parts, (part) => texts.get(part) as string);
    return changed === text ? undefined : changed;
  };
}
