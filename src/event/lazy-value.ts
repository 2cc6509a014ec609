import type { Value } from "./value.ts";

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
