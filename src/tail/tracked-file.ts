import { crc32 } from "node:zlib";
import { FILE_ID_BYTES } from "../event/identity.ts";
import type { Source } from "../event/record-batch.ts";
import { type Fingerprint, NO_FINGERPRINT } from "./fingerprint.ts";

/** Records of one file that lie together in one batch: what one acknowledgement moves the file by. */
export interface SentRange {
  readonly file: TrackedFile;
  readonly start: number;
  end: number;
  /** CRC-32 of the last KiB before `end`. */
  tail: number;
  acknowledged: boolean;
}

/** An offset of the content and the CRC-32 of the last KiB before it. */
export interface Mark {
  readonly offset: number;
  readonly tail: number;
}

/** More than one: names may change while a search goes through them. */
export const SEARCHES = 3;
const MARKS_KEPT = 32;

/**
 * One generation of one file: what was read of it, what was acknowledged, and how to find it again.
 * The name is `id` and `generation`; path, device and inode only say where its content was last.
 */
export class TrackedFile {
  readonly id: string;
  readonly idBytes: Uint8Array;
  readonly generation: number;
  /** Name of the input that reads it. */
  input: string;
  /** Where the content is; both "" when it is nowhere known: truncated away, or its inode belongs to another. */
  device = "";
  inode = "";
  birth = "";
  /** Path at first sight, which events show, and path last seen. */
  readonly path: string;
  seenPath: string;
  /** Size and version (file times) when it was last read to its end. */
  size = 0;
  version = "";
  seenAt = 0;
  /** Nothing more is expected to be written: renamed, removed or a rotated copy. A last line without its end counts then. */
  rotated = false;
  fingerprint: Fingerprint = NO_FINGERPRINT;
  /** Everything before is acknowledged. */
  acknowledged: Mark = { offset: 0, tail: 0 };
  /** Everything before lies in a batch. */
  position: Mark = { offset: 0, tail: 0 };
  /** The furthest that is known of its content, at least `position`. */
  seen: Mark = { offset: 0, tail: 0 };
  /** Offsets where an event ends though no line or pattern says so; durable before that event leaves, so a second reading ends there too. */
  cuts: number[] = [];
  /** Older offsets with checksums, to recognise a copy that was made before the last bytes were read. */
  marks: Mark[] = [];
  /** Grows with every change that must be durable before the next event leaves. */
  revision = 1;
  durableRevision = 0;
  changed = true;
  source: Source | null = null;
  /** In this run: read to its end at least once. */
  looked = false;
  /** Scans in which it is looked for beside its old path, once it is missing. */
  searches: number = SEARCHES;
  readonly #sent: SentRange[] = [];

  constructor(id: Uint8Array, generation: number, input: string, path: string) {
    if (id.length !== FILE_ID_BYTES) throw new RangeError(`a file id has ${FILE_ID_BYTES} bytes, not ${id.length}`);
    this.idBytes = Uint8Array.from(id);
    this.id = Buffer.from(id).toString("hex");
    this.generation = generation;
    this.input = input;
    this.path = path;
    this.seenPath = path;
  }

  get durable(): boolean {
    return this.durableRevision === this.revision;
  }

  /** Whether its content is at no known place: a copy of it may turn up. */
  get past(): boolean {
    return this.inode === "";
  }

  get outstanding(): number {
    return this.#sent.length;
  }

  /** The inode's key in maps; "" for none. */
  get key(): string {
    return this.inode === "" ? "" : `${this.device}:${this.inode}`;
  }

  placeAt(device: string, inode: string, birth: string, path: string): void {
    this.device = device;
    this.inode = inode;
    if (birth !== "") this.birth = birth;
    this.seenPath = path;
    this.changed = true;
  }

  /** The content went away under its name: truncated, rewritten, or another file took the inode. */
  displace(): void {
    this.device = "";
    this.inode = "";
    this.birth = "";
    this.rotated = true;
    this.changed = true;
  }

  /** A range of this file entered a batch; ranges come in the order of their offsets. */
  sent(range: SentRange): void {
    this.#sent.push(range);
  }

  /** A batch takes its ranges back: it was not submitted. */
  unsent(range: SentRange): void {
    const at = this.#sent.indexOf(range);
    if (at >= 0) this.#sent.splice(at, 1);
  }

  /** Takes everything before `offset` as done; `before` is the last KiB of it. */
  startAt(offset: number, before: Uint8Array): void {
    this.acknowledged = { offset, tail: crc32(before) };
    this.position = this.acknowledged;
    this.seen = this.acknowledged;
    this.changed = true;
  }

  /** The content is shorter than it was seen, and still good up to the position: a loss of power took what was not on disk. */
  forgetUnread(size: number): void {
    if (size < this.seen.offset) this.seen = this.position;
    this.cuts = this.cuts.filter((cut) => cut <= size);
    if (size < this.fingerprint.length) this.fingerprint = NO_FINGERPRINT;
  }

  advance(offset: number, tail: number): void {
    this.position = { offset, tail };
    this.changed = true;
    if (offset >= this.seen.offset) this.seen = this.position;
    const last = this.marks[this.marks.length - 1];
    if (last !== undefined && offset - last.offset < 4096) return;
    this.marks.push(this.position);
    if (this.marks.length > MARKS_KEPT) this.marks = this.marks.filter((_, i) => i >= MARKS_KEPT / 2 || i % 2 === 0);
  }

  /** Acknowledges one range. Only the part without gaps moves the offset. */
  acknowledge(range: SentRange): void {
    range.acknowledged = true;
    const sent = this.#sent;
    let done = 0;
    while (done < sent.length && (sent[done] as SentRange).acknowledged) done++;
    if (done === 0) return;
    const last = sent[done - 1] as SentRange;
    this.acknowledged = { offset: last.end, tail: last.tail };
    if (this.cuts.length > 0) this.cuts = this.cuts.filter((cut) => cut > last.end);
    sent.splice(0, done);
    this.changed = true;
  }

  /** Asks that an event ends at `offset`; true if that is new and must become durable. */
  cutAt(offset: number): boolean {
    if (this.cuts.includes(offset)) return false;
    this.cuts.push(offset);
    this.cuts.sort((a, b) => a - b);
    this.revision++;
    this.changed = true;
    return true;
  }
}
