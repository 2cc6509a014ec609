import { basename } from "node:path";
import { crc32 } from "node:zlib";
import { nameStem } from "./discover.ts";
import type { FileStat, TailFileSystem } from "./environment.ts";
import { fingerprintOf, HEAD_BYTES, TAIL_BYTES } from "./fingerprint.ts";
import type { TrackedFile } from "./tracked-file.ts";

/** Files that share more than this at their beginning are copies. */
export const HEADER_LIMIT = 8192;

/** A file by its descriptor, as it was when looked at. */
export interface OpenFile {
  readonly descriptor: number;
  readonly stat: FileStat;
  /** Up to 1 KiB. */
  readonly head: Buffer;
}

export async function readAt(fs: TailFileSystem, descriptor: number, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let done = 0;
  while (done < bytes.length) {
    const read = await fs.read(descriptor, bytes, done, bytes.length - done, from + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

export async function lookAt(fs: TailFileSystem, descriptor: number): Promise<OpenFile> {
  const stat = await fs.fstat(descriptor);
  return { descriptor, stat, head: await readAt(fs, descriptor, 0, Math.min(stat.size, HEAD_BYTES)) };
}

/** The last KiB before `offset` of an open file. */
export function bytesBefore(fs: TailFileSystem, descriptor: number, offset: number): Promise<Buffer> {
  return readAt(fs, descriptor, Math.max(0, offset - TAIL_BYTES), offset);
}

export type Verdict = "same" | "rewritten" | "another";

/** Whether an open file with the inode of `file` still holds what was read of it; rewritten in place; or another file got the inode. */
export async function verify(
  fs: TailFileSystem,
  open: OpenFile,
  file: TrackedFile,
): Promise<{ verdict: Verdict; before: Buffer }> {
  const { offset, tail } = file.position;
  const before = await bytesBefore(fs, open.descriptor, offset);
  const bornElsewhere = file.birth !== "" && open.stat.birth !== "" && file.birth !== open.stat.birth;
  if (bornElsewhere) return { verdict: "another", before };
  const whole = open.stat.size >= offset && crc32(before) === tail;
  const same = whole && headMatches(open.head, file) && (await seenMatches(fs, open, file));
  return { verdict: same ? "same" : "rewritten", before };
}

/** The same for what was read and perhaps not acknowledged. If it is gone, the checksum at the offset decides, if there is one. */
async function seenMatches(fs: TailFileSystem, open: OpenFile, { seen, position }: TrackedFile): Promise<boolean> {
  if (seen.offset <= position.offset) return true;
  if (open.stat.size < seen.offset) return position.offset > 0;
  return crc32(await bytesBefore(fs, open.descriptor, seen.offset)) === seen.tail;
}

/** A head that is shorter than the fingerprint lost bytes that were never acknowledged: the checksum at the offset decides, if there is one. */
function headMatches(head: Buffer, file: TrackedFile): boolean {
  const { length, hash } = file.fingerprint;
  return head.length < length ? file.position.offset > 0 : fingerprintOf(head, length).hash === hash;
}

/** Whether `path` is a name that a rotated copy of `file` would get: it begins as the file's name does, and is not its own. */
export function isCopyName(path: string, file: TrackedFile): boolean {
  if (path === file.seenPath || path === file.path) return false;
  return basename(path).startsWith(nameStem(file.path));
}

/** Whether the first bytes alone show that content is not that of `file`. */
export function beginsOtherwise(head: Buffer, { fingerprint }: TrackedFile): boolean {
  const { length, hash } = fingerprint;
  return head.length >= length && fingerprintOf(head, length).hash !== hash;
}

/** What an unknown file is to content that is no longer in its place. */
export async function compareWithPast(
  fs: TailFileSystem,
  open: OpenFile,
  past: TrackedFile,
): Promise<"continues" | "covered" | "no"> {
  const { offset, tail } = past.position;
  const { length, hash } = past.fingerprint;
  if (length === 0) return "no";
  if (open.head.length < length) {
    if (offset === 0 || open.stat.size < offset) return "no";
  } else if (fingerprintOf(open.head, length).hash !== hash) return "no";
  const { seen } = past;
  if (open.stat.size < seen.offset) {
    // Made before that was written, or only of the same header.
    if (open.stat.size >= offset && offset < HEADER_LIMIT) return "no";
  } else if (crc32(await bytesBefore(fs, open.descriptor, seen.offset)) !== seen.tail) return "no";
  if (open.stat.size >= offset) {
    return crc32(await bytesBefore(fs, open.descriptor, offset)) === tail ? "continues" : "no";
  }
  // The copy was made before the last bytes were read: all of it was read already. In small files a shared header would look the same,
  // and then sending twice is better than not at all.
  const mark = past.marks.findLast((candidate) => candidate.offset <= open.stat.size);
  if (mark === undefined || mark.offset < HEADER_LIMIT) return "no";
  return crc32(await bytesBefore(fs, open.descriptor, mark.offset)) === mark.tail ? "covered" : "no";
}

/** Whether all bytes of an unknown file stand at the same place in another that is open: a copy, as far as it goes. */
export async function isPrefixOf(fs: TailFileSystem, open: OpenFile, original: OpenFile): Promise<boolean> {
  const size = open.stat.size;
  if (size === 0 || size > original.stat.size) return false;
  if (!original.head.subarray(0, open.head.length).equals(open.head)) return false;
  const [mine, theirs] = [
    await bytesBefore(fs, open.descriptor, size),
    await bytesBefore(fs, original.descriptor, size),
  ];
  return mine.length > 0 && mine.equals(theirs);
}
