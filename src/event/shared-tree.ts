import { LazyValue } from "./lazy-value.ts";
import type { ObjectValue, Value } from "./value.ts";

/** A constant object or value that many events share, with its JSON prepared. An event that changes it gets a copy. */
export class SharedTree extends LazyValue {
  readonly json: Uint8Array;
  readonly #value: ObjectValue;

  constructor(value: ObjectValue) {
    super();
    this.#value = value;
    this.json = new Uint8Array(Buffer.from(JSON.stringify(value)));
  }

  override materialise(): Value {
    return structuredClone(this.#value);
  }
}
