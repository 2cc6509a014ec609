import type { Value } from "../event/value.ts";
import { compileDissect, DissectError } from "../language/dissect.ts";

/** Options of Beats' dissect processor, by its names. Source: Filebeat's reference, "Dissect strings". */
export interface BeatsDissectOptions {
  readonly tokenizer: string;
  /** Default: message. */
  readonly field?: string;
  /** Default: dissect; empty: the event itself. */
  readonly target_prefix?: string;
  readonly trim_values?: "none" | "left" | "right" | "all";
  /** Characters taken off; default: a blank. */
  readonly trim_chars?: string;
  readonly overwrite_keys?: boolean;
  readonly ignore_failure?: boolean;
}

/** Fields by their names with dots. */
type Fields = Readonly<Record<string, Value>>;

/**
 * Compiles Beats' dissect: gives the fields that a text adds, typed (`%{a|integer}`), with the target's prefix before their names.
 * The function throws DissectError where the text does not fit, a type is wrong, or a field is there already.
 * @throws DissectError for a wrong tokenizer
 */
export function compileBeatsDissect(options: BeatsDissectOptions): (fields: Fields) => Record<string, Value> {
  const dissector = compileDissect(options.tokenizer, "beats");
  const { field = "message", target_prefix: prefix = "dissect", trim_chars: characters = " " } = options;
  const trim = trimmer(options.trim_values ?? "none", characters);
  return (fields) => {
    try {
      const text = fields[field];
      const found = typeof text === "string" ? dissector.dissect(text) : undefined;
      if (found === undefined) throw new DissectError(`${field} does not fit ${options.tokenizer}`);
      const added: Record<string, Value> = {};
      for (const [name, value, type] of found) {
        const key = prefix === "" ? name : `${prefix}.${name}`;
        if (options.overwrite_keys !== true && Object.hasOwn(fields, key))
          throw new DissectError(`there is a field ${key}`);
        added[key] = typed(trim(value), type);
      }
      return added;
    } catch (error) {
      if (options.ignore_failure === true && error instanceof DissectError) return {};
      throw error;
    }
  };
}

function trimmer(side: NonNullable<BeatsDissectOptions["trim_values"]>, characters: string): (text: string) => string {
  const set = new Set(characters);
  return (text) => {
    let start = 0;
    let end = text.length;
    if (side === "left" || side === "all") while (start < end && set.has(text[start] as string)) start++;
    if (side === "right" || side === "all") while (end > start && set.has(text[end - 1] as string)) end--;
    return text.slice(start, end);
  };
}

function typed(text: string, type: string | undefined): Value {
  switch (type) {
    case undefined:
    case "string":
    case "ip":
      return text;
    case "integer":
    case "long":
      if (/^[+-]?\d+$/.test(text)) return Number(text);
      break;
    case "float":
    case "double":
      if (text.trim() !== "" && !Number.isNaN(Number(text))) return Number(text);
      break;
    case "boolean":
      if (/^(?:1|t|true)$/i.test(text)) return true;
      if (/^(?:0|f|false)$/i.test(text)) return false;
      break;
  }
  throw new DissectError(`${JSON.stringify(text)} is no ${type}`);
}
