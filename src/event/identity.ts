/**
 * Identity of an event (DESIGN.md, "Exactly once in Elasticsearch"): 37 bytes, file id 12, generation 3, start offset 6, length 4,
 * CRC-32 4, hash of the split path 8 (zero for the event itself), as base64url without padding: 50 characters, ASCII.
 */
export const IDENTITY_BYTES = 37;
export const IDENTITY_CHARACTERS = 50;
export const FILE_ID_BYTES = 12;

const ALPHABET: Uint8Array = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", "latin1");

/** Two words of a 64-bit split-path hash; both zero for an event that no filter made. */
export interface SplitPath {
  readonly high: number;
  readonly low: number;
}

export const NO_SPLIT: SplitPath = { high: 0, low: 0 };

/** Writes identities of one source without allocating: the bytes of file id and generation stay in place. */
export class IdentityWriter {
  readonly #raw = new Uint8Array(39);

  setSource(fileId: Uint8Array, generation: number): void {
    const raw = this.#raw;
    raw.set(fileId, 0);
    raw[12] = generation >>> 16;
    raw[13] = generation >>> 8;
    raw[14] = generation;
  }

  /** Writes 50 characters at `target[at]`; `offsetLow`/`offsetHigh` are 24 bits each. Returns the position behind them. */
  write(
    target: Uint8Array,
    at: number,
    offsetLow: number,
    offsetHigh: number,
    length: number,
    crc: number,
    split: SplitPath,
  ): number {
    const raw = this.#raw;
    raw[15] = offsetHigh >>> 16;
    raw[16] = offsetHigh >>> 8;
    raw[17] = offsetHigh;
    raw[18] = offsetLow >>> 16;
    raw[19] = offsetLow >>> 8;
    raw[20] = offsetLow;
    putUint32(raw, 21, length);
    putUint32(raw, 25, crc);
    putUint32(raw, 29, split.high);
    putUint32(raw, 33, split.low);
    let to = at;
    for (let from = 0; from < 39; from += 3) {
      const word = ((raw[from] as number) << 16) | ((raw[from + 1] as number) << 8) | (raw[from + 2] as number);
      target[to] = ALPHABET[word >>> 18] as number;
      target[to + 1] = ALPHABET[(word >>> 12) & 63] as number;
      if (from < 36) {
        target[to + 2] = ALPHABET[(word >>> 6) & 63] as number;
        target[to + 3] = ALPHABET[word & 63] as number;
      }
      to += 4;
    }
    return at + IDENTITY_CHARACTERS;
  }
}

function putUint32(raw: Uint8Array, at: number, value: number): void {
  raw[at] = value >>> 24;
  raw[at + 1] = value >>> 16;
  raw[at + 2] = value >>> 8;
  raw[at + 3] = value;
}

/** The identity as a string; for senders and messages, not for hot paths. */
export function identityString(
  fileId: Uint8Array,
  generation: number,
  offset: number,
  length: number,
  crc: number,
  split: SplitPath = NO_SPLIT,
): string {
  const writer = new IdentityWriter();
  writer.setSource(fileId, generation);
  const target = new Uint8Array(IDENTITY_CHARACTERS);
  writer.write(target, 0, offset % 0x1000000, Math.floor(offset / 0x1000000), length, crc, split);
  return Buffer.from(target).toString("latin1");
}

/** What an identity says. */
export interface IdentityParts {
  readonly fileId: Uint8Array;
  readonly generation: number;
  readonly offset: number;
  readonly length: number;
  /** As int32. */
  readonly crc: number;
  readonly split: SplitPath;
}

/** The parts of an identity; undefined for a text that is none. */
export function parseIdentity(text: string): IdentityParts | undefined {
  const raw = Buffer.from(text, "base64url");
  if (text.length !== IDENTITY_CHARACTERS || raw.length !== IDENTITY_BYTES) return undefined;
  return {
    fileId: new Uint8Array(raw.subarray(0, FILE_ID_BYTES)),
    generation: raw.readUIntBE(12, 3),
    offset: raw.readUIntBE(15, 6),
    length: raw.readUInt32BE(21),
    crc: raw.readInt32BE(25),
    split: { high: raw.readInt32BE(29), low: raw.readInt32BE(33) },
  };
}

/** A split path as 16 hex digits. */
export function splitText({ high, low }: SplitPath): string {
  return (high >>> 0).toString(16).padStart(8, "0") + (low >>> 0).toString(16).padStart(8, "0");
}

/** The split path that {@link splitText} wrote. */
export function parseSplit(text: string): SplitPath {
  return { high: Number.parseInt(text.slice(0, 8), 16) | 0, low: Number.parseInt(text.slice(8), 16) | 0 };
}
