/** Tells texts met before from new ones, roughly and in little memory: it keeps a hash per slot, that of the last text there. */
export class SeenTexts {
  readonly #hashes: Int32Array;

  /** @param slots a power of two; each takes 4 bytes */
  constructor(slots = 32_768) {
    this.#hashes = new Int32Array(slots);
  }

  /**
   * Notes the text; true where it was met before. False also for one that others took the slot of; true for a new one as seldom as two texts
   * have one hash of 32 bits.
   */
  again(text: string): boolean {
    let hash = text.length;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
    const at = hash & (this.#hashes.length - 1);
    if (this.#hashes[at] === hash) return true;
    this.#hashes[at] = hash;
    return false;
  }
}
