import { LazyValue } from "./lazy-value.ts";
import { isTree, type ObjectValue, setOwn, type Value } from "./value.ts";

/** A constant object that many events share, with what serialisers prepare of it. An event that changes it gets a copy. */
export class SharedTree extends LazyValue {
  /** Not to be changed. */
  readonly value: ObjectValue;
  /** A serialiser's own form of it, kept from its second use on: what one event has is not worth preparing. */
  prepared: { readonly owner: object } | undefined = undefined;
  used = false;
  #json: Uint8Array | undefined;

  constructor(value: ObjectValue) {
    super();
    this.value = value;
  }

  get json(): Uint8Array {
    this.#json ??= new Uint8Array(Buffer.from(JSON.stringify(this.value)));
    return this.#json;
  }

  override materialise(): Value {
    return copied(this.value);
  }
}

function copied(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => copied(item as Value));
  if (!isTree(value)) return value;
  const copy: ObjectValue = {};
  for (const name of Object.keys(value)) setOwn(copy, name, copied(value[name] as Value));
  return copy;
}
