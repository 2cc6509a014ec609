import { digitShape } from "../language/digit-shape.ts";

/** Longer texts have no shape that is kept. */
const LENGTH_LIMIT = 512;
/** Shapes that are kept at most, a power of two; each takes at most some 2 KB. */
const SLOTS = 2048;

interface Slot<P> {
  /** The characters' codes: a text would keep the line that it is a part of. */
  readonly codes: Uint16Array;
  readonly plan: P;
}

/**
 * What is known of texts that differ in their digits only, as the versions of one browser do. Kept from the second text of a shape on, in a
 * table where a later shape takes the place of another.
 */
export class UserAgentShapes<P> {
  readonly #slots = new Array<Slot<P> | undefined>(SLOTS).fill(undefined);
  /** By slot, the hash that was asked for last. */
  readonly #asked = new Int32Array(SLOTS);

  /** The plan of a text's shape, made where the shape is met again; undefined where it is new. */
  get(text: string, make: (shape: string) => P): P | undefined {
    const { length } = text;
    if (length > LENGTH_LIMIT) return undefined;
    let hash = length;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ digitless(text.charCodeAt(i)), 0x01000193);
    hash ^= hash >>> 15;
    const at = hash & (SLOTS - 1);
    const slot = this.#slots[at];
    if (slot !== undefined && isOfShape(text, slot.codes)) return slot.plan;
    if (this.#asked[at] !== hash) {
      this.#asked[at] = hash;
      return undefined;
    }
    const codes = new Uint16Array(length);
    for (let i = 0; i < length; i++) codes[i] = digitless(text.charCodeAt(i));
    const plan = make(digitShape(text));
    this.#slots[at] = { codes, plan };
    return plan;
  }
}

function isOfShape(text: string, codes: Uint16Array): boolean {
  if (codes.length !== text.length) return false;
  for (let i = 0; i < codes.length; i++) if (codes[i] !== digitless(text.charCodeAt(i))) return false;
  return true;
}

/** The code of a character, of any digit that of 0. */
function digitless(code: number): number {
  return code >= 0x30 && code <= 0x39 ? 0x30 : code;
}
