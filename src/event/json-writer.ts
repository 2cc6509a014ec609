import type { ByteWriter } from "./byte-writer.ts";
import { LazyValue, TextSlice } from "./lazy-value.ts";
import { SharedTree } from "./shared-tree.ts";
import { Timestamp } from "./timestamp.ts";
import type { StoredTree, StoredValue } from "./value.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Field names repeat: their `,"name":` bytes are prepared once. Names beyond this many are written anew each time. */
const KEY_CACHE_LIMIT = 10_000;
const NULL: Uint8Array = Buffer.from("null");
const TRUE: Uint8Array = Buffer.from("true");
const FALSE: Uint8Array = Buffer.from("false");
const HEX: Uint8Array = Buffer.from("0123456789abcdef");

/** How a byte below 128 is written inside a JSON string: 0 as it is, 1 as \u00XX, else backslash and this character. */
const ESCAPE: Uint8Array = new Uint8Array(128);
ESCAPE.fill(1, 0, 32);
for (const [code, letter] of [
  [8, "b"],
  [9, "t"],
  [10, "n"],
  [12, "f"],
  [13, "r"],
] as const)
  ESCAPE[code] = letter.charCodeAt(0);
ESCAPE[QUOTE] = QUOTE;
ESCAPE[BACKSLASH] = BACKSLASH;

/** Writes values as JSON (RFC 8259) into a `ByteWriter`, without making strings of what is bytes already. */
export class JsonWriter {
  readonly #keys = new Map<string, Uint8Array>();
  /** The slice written last and where it stands: `message` and `event.original` are usually the same one. */
  #lastSlice: TextSlice | undefined;
  #lastStart = 0;
  #lastEnd = 0;
  #timestampMs = Number.NaN;
  readonly #timestampBytes: Buffer = Buffer.alloc(26);

  /** Forgets positions of an earlier buffer; called before each document. */
  begin(): void {
    this.#lastSlice = undefined;
  }

  value(out: ByteWriter, value: StoredValue): void {
    if (typeof value === "string") this.string(out, value);
    else if (typeof value === "number") this.number(out, value);
    else if (typeof value === "boolean") out.put(value ? TRUE : FALSE);
    else if (value === null || value === undefined) out.put(NULL);
    else if (value instanceof TextSlice) this.slice(out, value);
    else if (value instanceof SharedTree) out.put(value.json);
    else if (value instanceof Timestamp) this.timestamp(out, value);
    else if (Array.isArray(value)) this.#array(out, value);
    else if (value instanceof LazyValue) this.value(out, value.materialise());
    else this.object(out, value as StoredTree);
  }

  object(out: ByteWriter, object: StoredTree): void {
    const start = out.length;
    for (const name in object) {
      const value = object[name];
      if (value === undefined) continue;
      const key = this.#key(name);
      const count = key.length;
      out.reserve(count);
      const bytes = out.bytes;
      const at = out.length;
      for (let i = 0; i < count; i++) bytes[at + i] = key[i] as number;
      out.length = at + count;
      if (typeof value === "string") this.string(out, value);
      else this.value(out, value);
    }
    // Every name came with a comma before it; the first one's is where the brace stands.
    if (out.length === start) out.byte(0x7b);
    else out.bytes[start] = 0x7b;
    out.byte(0x7d);
  }

  string(out: ByteWriter, text: string): void {
    const count = text.length;
    out.reserve(count * 6 + 2);
    const bytes = out.bytes;
    let at = out.length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < count; i++) {
      const c = text.charCodeAt(i);
      if (c < 128) {
        const escaped = ESCAPE[c] as number;
        if (escaped === 0) bytes[at++] = c;
        else at = putEscape(bytes, at, c, escaped);
      } else if (c < 0x800) {
        bytes[at++] = 0xc0 | (c >> 6);
        bytes[at++] = 0x80 | (c & 63);
      } else {
        let point = c;
        if (c >= 0xd800 && c < 0xe000) {
          const next = c < 0xdc00 && i + 1 < count ? text.charCodeAt(i + 1) : 0;
          if (next >= 0xdc00 && next < 0xe000) {
            point = 0x10000 + ((c - 0xd800) << 10) + (next - 0xdc00);
            i++;
          } else point = 0xfffd;
        }
        if (point > 0xffff) {
          bytes[at++] = 0xf0 | (point >> 18);
          bytes[at++] = 0x80 | ((point >> 12) & 63);
        } else bytes[at++] = 0xe0 | (point >> 12);
        bytes[at++] = 0x80 | ((point >> 6) & 63);
        bytes[at++] = 0x80 | (point & 63);
      }
    }
    bytes[at++] = QUOTE;
    out.length = at;
  }

  /** Text from the batch's bytes: copied and escaped in one pass; only non-ASCII text takes the way through a string. */
  slice(out: ByteWriter, slice: TextSlice): void {
    if (slice === this.#lastSlice) {
      const size = this.#lastEnd - this.#lastStart;
      out.reserve(size);
      out.bytes.copyWithin(out.length, this.#lastStart, this.#lastEnd);
      out.length += size;
      return;
    }
    const { bytes: from, start, end } = slice;
    out.reserve((end - start) * 6 + 2);
    const bytes = out.bytes;
    const begin = out.length;
    let at = begin;
    bytes[at++] = QUOTE;
    let i = start;
    for (; i < end; i++) {
      const c = from[i] as number;
      if (c >= 128) break;
      const escaped = ESCAPE[c] as number;
      if (escaped === 0) bytes[at++] = c;
      else at = putEscape(bytes, at, c, escaped);
    }
    if (i < end) {
      this.string(out, slice.materialise());
    } else {
      bytes[at++] = QUOTE;
      out.length = at;
    }
    this.#lastSlice = slice;
    this.#lastStart = begin;
    this.#lastEnd = out.length;
  }

  number(out: ByteWriter, value: number): void {
    if (value >= 0 && value <= 0x3fffffff && (value | 0) === value) {
      out.reserve(10);
      let digits = 1;
      for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits++;
      const bytes = out.bytes;
      let at = out.length + digits;
      out.length = at;
      let rest = value | 0;
      do {
        const tenth = (rest / 10) | 0;
        bytes[--at] = 48 + (rest - tenth * 10);
        rest = tenth;
      } while (rest > 0);
    } else if (Number.isFinite(value)) out.text(String(value));
    else out.put(NULL);
  }

  timestamp(out: ByteWriter, value: Timestamp): void {
    if (value.nanos !== 0) {
      out.text(`"${value.toString()}"`);
      return;
    }
    if (value.epochMs !== this.#timestampMs) {
      const text = `"${value.toString()}"`;
      if (text.length !== 26) {
        out.text(text);
        return;
      }
      this.#timestampBytes.write(text, 0, "latin1");
      this.#timestampMs = value.epochMs;
    }
    out.put(this.#timestampBytes);
  }

  #array(out: ByteWriter, values: readonly StoredValue[]): void {
    out.byte(0x5b);
    for (let i = 0; i < values.length; i++) {
      if (i > 0) out.byte(0x2c);
      this.value(out, values[i] as StoredValue);
    }
    out.byte(0x5d);
  }

  #key(name: string): Uint8Array {
    let bytes = this.#keys.get(name);
    if (bytes === undefined) {
      bytes = new Uint8Array(Buffer.from(`,${JSON.stringify(name)}:`));
      if (this.#keys.size < KEY_CACHE_LIMIT) this.#keys.set(name, bytes);
    }
    return bytes;
  }
}

function putEscape(bytes: Uint8Array, start: number, c: number, escaped: number): number {
  let at = start;
  bytes[at++] = BACKSLASH;
  if (escaped !== 1) {
    bytes[at++] = escaped;
    return at;
  }
  bytes[at++] = 0x75;
  bytes[at++] = 0x30;
  bytes[at++] = 0x30;
  bytes[at++] = HEX[c >> 4] as number;
  bytes[at++] = HEX[c & 15] as number;
  return at;
}
