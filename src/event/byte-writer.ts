/** Growing bytes that serialisers write into. Positions stay valid when it grows, `bytes` does not. */
export class ByteWriter {
  bytes: Buffer;
  /** The same bytes, for writing four at a time. */
  view: DataView;
  length = 0;
  /** Grows no further than this, in bytes. */
  readonly limit: number;

  constructor(initial: number, limit = 0x40000000) {
    this.limit = limit;
    const memory = new SharedArrayBuffer(initial);
    this.bytes = Buffer.from(memory);
    this.view = new DataView(memory);
  }

  /** Makes room for `count` more bytes. Throws a RangeError over the limit. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const wanted = this.length + count;
    if (wanted > this.limit) throw new RangeError(`an output buffer would grow over ${this.limit} bytes`);
    const memory = new SharedArrayBuffer(Math.min(this.limit, Math.max(wanted, this.bytes.length * 2)));
    const grown = Buffer.from(memory);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(memory);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Copies prepared bytes. */
  put(fragment: Uint8Array): void {
    const count = fragment.length;
    this.reserve(count);
    const at = this.length;
    // A short copy is quicker in JavaScript than through a call into C++.
    if (count > 32) this.bytes.set(fragment, at);
    else {
      const bytes = this.bytes;
      for (let i = 0; i < count; i++) bytes[at + i] = fragment[i] as number;
    }
    this.length = at + count;
  }

  /** Text as UTF-8. */
  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length, "utf8");
  }
}
