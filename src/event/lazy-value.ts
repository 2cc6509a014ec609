import { isTree, type StoredValue, type Value } from "./value.ts";

/**
 * A value in an event's tree that is built only when somebody looks at it. Serialisers write it from its bytes;
 * a compiled field reference materialises it and, where it can be changed, puts the result in its place.
 */
export abstract class LazyValue {
  /** The ordinary value. */
  abstract materialise(): Value;
}

/** Text that still lies in the batch's bytes (UTF-8, perhaps invalid): decoded at the first look, copied when written. */
export class TextSlice extends LazyValue {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  #text: string | undefined;

  constructor(bytes: Buffer, start: number, end: number) {
    super();
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** The text; invalid bytes become U+FFFD. */
  override materialise(): string {
    let text = this.#text;
    if (text === undefined) {
      text = this.bytes.toString("utf8", this.start, this.end);
      this.#text = text;
    }
    return text;
  }
}

/** The ordinary value of what is stored; objects and arrays are rid of lazy values in place. */
export function materialise(value: StoredValue): Value {
  if (value instanceof LazyValue) return materialise(value.materialise());
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (typeof value[i] === "object") value[i] = materialise(value[i] as StoredValue);
    }
  } else if (isTree(value)) {
    for (const key of Object.keys(value)) {
      const child = value[key] as StoredValue | undefined;
      if (child === undefined) delete value[key];
      if (typeof child === "object" && child !== null) {
        const plain = materialise(child);
        if (plain !== child) value[key] = plain;
      }
    }
  }
  return value as Value;
}
