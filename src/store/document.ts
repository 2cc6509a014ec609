import type { ObjectValue, Value } from "../event/value.ts";
import { setOwn } from "../event/value.ts";
import { MORE_COLUMN } from "./flat-writer.ts";
import type { FieldColumn } from "./relation.ts";

/** What the engine gives for a column. */
export type Cell = string | number | bigint | boolean | { readonly micros: bigint } | null;

/** Makes documents of rows whose cells stand in the order of `fields`. */
export class DocumentReader {
  readonly #fields: readonly { readonly parts: readonly string[]; readonly field: FieldColumn }[];

  constructor(fields: readonly FieldColumn[]) {
    this.#fields = fields.map((field) => ({ field, parts: field.path.split(".") }));
  }

  /** Nested objects, as the document was written. */
  document(cells: readonly Cell[]): ObjectValue {
    const document: ObjectValue = {};
    this.#fields.forEach(({ parts, field }, i) => {
      const cell = cells[i];
      if (cell === null || cell === undefined) return;
      const value = cellValue(cell, field);
      if (field.path === MORE_COLUMN) {
        for (const [path, more] of Object.entries(value as ObjectValue)) put(document, path.split("."), more);
      } else put(document, parts, value);
    });
    return document;
  }

  /** Fields by their path. */
  flat(cells: readonly Cell[]): Map<string, Value> {
    const found = new Map<string, Value>();
    this.#fields.forEach(({ field }, i) => {
      const cell = cells[i];
      if (cell !== null && cell !== undefined) found.set(field.path, cellValue(cell, field));
    });
    return found;
  }
}

function cellValue(cell: Exclude<Cell, null>, field: FieldColumn): Value {
  if (typeof cell === "bigint") return Number(cell);
  if (typeof cell === "object") return timeText(cell.micros);
  if (field.kind === "json" && typeof cell === "string") return JSON.parse(cell) as Value;
  return cell;
}

/** Where a field stands below one that has a value of its own, its name keeps its dots. */
function put(document: ObjectValue, parts: readonly string[], value: Value): void {
  let object = document;
  for (let i = 0; i < parts.length - 1; i++) {
    const name = parts[i] as string;
    const next = Object.hasOwn(object, name) ? object[name] : undefined;
    if (next === undefined) {
      const made: ObjectValue = {};
      setOwn(object, name, made);
      object = made;
    } else if (typeof next === "object" && next !== null && !Array.isArray(next)) object = next as ObjectValue;
    else {
      setOwn(object, parts.slice(i).join("."), value);
      return;
    }
  }
  const last = parts.at(-1) as string;
  const there = Object.hasOwn(object, last) ? object[last] : undefined;
  if (there !== undefined && parts.length > 1) setOwn(document, parts.join("."), value);
  else setOwn(object, last, value);
}

/** ISO 8601 in UTC with milliseconds, and microseconds where there are any. */
export function timeText(micros: bigint): string {
  const ms = micros >= 0n ? micros / 1000n : (micros - 999n) / 1000n;
  const rest = Number(micros - ms * 1000n);
  const text = new Date(Number(ms)).toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, "0").replace(/0+$/, "")}Z`;
}
