import type { ByteWriter } from "./byte-writer.ts";
import { LazyValue, TextSlice } from "./lazy-value.ts";
import { SharedTree } from "./shared-tree.ts";
import { Timestamp } from "./timestamp.ts";
import type { StoredTree, StoredValue } from "./value.ts";
import { WholeFloat } from "./whole-float.ts";

const DAY_MS = 86_400_000;
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
  readonly #keys = new Map<string, PreparedKey>();
  /** View of the bytes that slices were last copied from. */
  #from: Buffer | undefined;
  #fromView: DataView = new DataView(new ArrayBuffer(0));
  /** The slice written last and where it stands: `message` and `event.original` are usually the same one. */
  #lastSlice: TextSlice | undefined;
  #lastStart = 0;
  #lastEnd = 0;
  /** The time written last, the day that it lies in, and its text in quotes: times of one day differ in few digits. */
  #timestampMs = Number.NaN;
  #timestampDay = Number.NaN;
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
    else if (value instanceof SharedTree) this.#shared(out, value);
    else if (value instanceof Timestamp) this.timestamp(out, value);
    else if (Array.isArray(value)) this.#array(out, value);
    else if (value instanceof WholeFloat) out.text(value.toString());
    else if (value instanceof LazyValue) this.value(out, value.materialise());
    else this.object(out, value as StoredTree);
  }

  object(out: ByteWriter, object: StoredTree): void {
    const start = out.length;
    for (const name in object) {
      const value = object[name];
      if (value === undefined) continue;
      const { words, length } = this.#key(name);
      // Four bytes at a time; what the last word writes too many is overwritten by the value.
      out.reserve(words.length * 4);
      const { view } = out;
      let at = out.length;
      for (let i = 0; i < words.length; i++, at += 4) view.setInt32(at, words[i] as number, true);
      out.length += length;
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
    let i = 0;
    const { view } = out;
    for (; i + 3 < count; i += 4, at += 4) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      if ((a | b | c | d) > 127) break;
      const word = a | (b << 8) | (c << 16) | (d << 24);
      if (needsCare(word) !== 0) break;
      view.setInt32(at, word, true);
    }
    for (; i < count; i++) {
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
    const source = this.#viewOf(from);
    const { view } = out;
    let i = start;
    copying: while (i < end) {
      for (; i + 3 < end; i += 4, at += 4) {
        const word = source.getInt32(i, true);
        if (needsCare(word) !== 0) break;
        view.setInt32(at, word, true);
      }
      for (const stop = Math.min(i + 4, end); i < stop; i++) {
        const c = from[i] as number;
        if (c >= 128) break copying;
        const escaped = ESCAPE[c] as number;
        if (escaped === 0) bytes[at++] = c;
        else at = putEscape(bytes, at, c, escaped);
      }
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
      const day = Math.floor(value.epochMs / DAY_MS);
      if (day === this.#timestampDay) putTime(this.#timestampBytes, value.epochMs - day * DAY_MS);
      else {
        const text = `"${value.toString()}"`;
        if (text.length !== 26) {
          out.text(text);
          return;
        }
        this.#timestampBytes.write(text, 0, "latin1");
        this.#timestampDay = day;
      }
      this.#timestampMs = value.epochMs;
    }
    out.put(this.#timestampBytes);
  }

  #shared(out: ByteWriter, shared: SharedTree): void {
    if (shared.used) out.put(shared.json);
    else {
      shared.used = true;
      this.object(out, shared.value as StoredTree);
    }
  }

  #array(out: ByteWriter, values: readonly StoredValue[]): void {
    out.byte(0x5b);
    for (let i = 0; i < values.length; i++) {
      if (i > 0) out.byte(0x2c);
      this.value(out, values[i] as StoredValue);
    }
    out.byte(0x5d);
  }

  #key(name: string): PreparedKey {
    let key = this.#keys.get(name);
    if (key === undefined) {
      const bytes = Buffer.from(`,${JSON.stringify(name)}:`);
      const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
      bytes.copy(padded);
      key = {
        words: Int32Array.from({ length: padded.length / 4 }, (_, i) => padded.readInt32LE(i * 4)),
        length: bytes.length,
      };
      if (this.#keys.size < KEY_CACHE_LIMIT) this.#keys.set(name, key);
    }
    return key;
  }

  #viewOf(bytes: Buffer): DataView {
    if (bytes !== this.#from) {
      this.#from = bytes;
      this.#fromView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.#fromView;
  }
}

/** The bytes `,"name":` as little-endian words, the last one padded. */
interface PreparedKey {
  readonly words: Int32Array;
  /** Bytes. */
  readonly length: number;
}

/**
 * Not zero when one of the four bytes of a word is not ASCII, a control character, a quote or a backslash. A byte x is below n where the top bit
 * of (x - n) & ~x is set, and zero where that of (x - 1) & ~x is (Hacker's Delight, 6-1); a borrow can only add a false alarm.
 */
function needsCare(word: number): number {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  return (
    (word |
      ((word - 0x20202020) & ~word) |
      ((quotes - 0x01010101) & ~quotes) |
      ((backslashes - 0x01010101) & ~backslashes)) &
    0x80808080
  );
}

/** Puts the time of day, in milliseconds, into `"2026-11-12T13:00:00.000Z"`. */
function putTime(quoted: Buffer, ms: number): void {
  putTwo(quoted, 12, Math.floor(ms / 3_600_000));
  putTwo(quoted, 15, Math.floor(ms / 60_000) % 60);
  putTwo(quoted, 18, Math.floor(ms / 1000) % 60);
  quoted[21] = 48 + (Math.floor(ms / 100) % 10);
  putTwo(quoted, 22, ms % 100);
}

function putTwo(bytes: Buffer, at: number, value: number): void {
  bytes[at] = 48 + Math.floor(value / 10);
  bytes[at + 1] = 48 + (value % 10);
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
