import { LazyValue } from "./lazy-value.ts";

/** From here on digits are lost, and Ruby writes an exponent. */
const LIMIT = 1e16;

/**
 * A floating-point number without a fraction, which a JavaScript number does not tell from a whole one: 3.0 is written as `3.0`, so
 * that Elasticsearch maps a field that was converted to float as a float whatever its first value is. Who looks at it gets a number.
 */
export class WholeFloat extends LazyValue {
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }

  override materialise(): number {
    return this.value;
  }

  /** As Ruby and JSON have it: `3.0`. */
  override toString(): string {
    return `${this.value}.0`;
  }
}

/** A floating-point number as an event stores it. */
export function storedFloat(value: number): number | WholeFloat {
  return Number.isInteger(value) && value < LIMIT && value > -LIMIT ? new WholeFloat(value) : value;
}
