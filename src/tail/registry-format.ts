import { crc32 } from "node:zlib";
import { type Mark, TrackedFile } from "./tracked-file.ts";

/** Version of registry.json: `{"version":1,"crc32":"<8 hex digits of the body's text>","body":{…}}`, so a torn write is seen. */
export const REGISTRY_VERSION = 1;

/** A file whose content another one holds already: nothing of it is to be read while it stays as it is. */
export interface KnownCopy {
  readonly input: string;
  readonly device: string;
  readonly inode: string;
  /** Size and modification time when it was compared. */
  readonly size: number;
  /** Bytes on disk of a gzip file; `size` is its content's. */
  readonly compressed?: number;
  readonly written: string;
  /** When it was first seen with that version, epoch milliseconds. */
  readonly since: number;
  /** Id and generation of the content. */
  readonly of: string;
  readonly generation: number;
}

export interface RegistryContent {
  files: TrackedFile[];
  copies: KnownCopy[];
  /** The owner's value; null if there was none. */
  extra: unknown;
}

/** An entry as it is stored. Offsets and sizes in bytes, `seen` epoch milliseconds, tail checksums CRC-32. */
interface StoredFile {
  id: string;
  generation: number;
  input: string;
  path: string;
  seenPath?: string;
  device?: string;
  inode?: string;
  birth?: string;
  fingerprint: { length: number; hash: string };
  offset: number;
  tail: number;
  /** The same of the furthest that was read. */
  read?: [number, number];
  size: number;
  version: string;
  seen: number;
  rotated?: true;
  cuts?: number[];
  marks?: [number, number][];
}

export function encodeFile(file: TrackedFile): string {
  const stored: StoredFile = {
    id: file.id,
    generation: file.generation,
    input: file.input,
    path: file.path,
    ...(file.seenPath !== file.path && { seenPath: file.seenPath }),
    ...(file.inode !== "" && { device: file.device, inode: file.inode }),
    ...(file.birth !== "" && { birth: file.birth }),
    fingerprint: file.fingerprint,
    offset: file.acknowledged.offset,
    tail: file.acknowledged.tail,
    ...(file.seen.offset > file.acknowledged.offset && {
      read: [file.seen.offset, file.seen.tail] as [number, number],
    }),
    size: file.size,
    version: file.version,
    seen: file.seenAt,
    ...(file.rotated && { rotated: true as const }),
    ...(file.cuts.length > 0 && { cuts: file.cuts }),
    // Only content that is gone from its place is compared by them after a restart.
    ...(file.past && file.marks.length > 0 && { marks: file.marks.map((m): [number, number] => [m.offset, m.tail]) }),
  };
  return JSON.stringify(stored);
}

/** `into` is used again where it is large enough: a registry of many files is written often. */
export function encodeRegistry(
  files: readonly string[],
  copies: readonly KnownCopy[],
  extra: unknown,
  into: Buffer = Buffer.alloc(0),
): Buffer {
  const head = `{"version":${REGISTRY_VERSION},"crc32":"`;
  const begin = `${head}00000000","body":`;
  const end = `"copies":${JSON.stringify(copies)},"extra":${JSON.stringify(extra ?? null)}}`;
  const text = `${begin}{"files":[\n${files.join(",\n")}\n],${end}}\n`;
  const length = Buffer.byteLength(text);
  const bytes = into.length >= length ? into : Buffer.allocUnsafeSlow(length + (length >>> 2));
  bytes.write(text, 0, "utf8");
  const body = bytes.subarray(begin.length, length - 2);
  bytes.write(crc32(body).toString(16).padStart(8, "0"), head.length, "latin1");
  return bytes.subarray(0, length);
}

/** @throws Error that says what is wrong with the text. */
export function decodeRegistry(bytes: Uint8Array): RegistryContent {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const head = /^\{"version":(\d+),"crc32":"([0-9a-f]{8})","body":/.exec(buffer.subarray(0, 80).toString("latin1"));
  if (head === null) throw new Error("it does not begin as a registry does");
  if (Number(head[1]) !== REGISTRY_VERSION) throw new Error(`it has version ${head[1]}, this Antler reads 1`);
  const body = buffer.subarray(head[0].length, buffer.lastIndexOf("}"));
  if (crc32(body) !== Number.parseInt(head[2] as string, 16)) throw new Error("its checksum does not match");
  const parsed = JSON.parse(body.toString()) as { files: StoredFile[]; copies: KnownCopy[]; extra: unknown };
  return { files: parsed.files.map(decodeFile), copies: parsed.copies, extra: parsed.extra };
}

function decodeFile(stored: StoredFile): TrackedFile {
  const file = new TrackedFile(Buffer.from(stored.id, "hex"), stored.generation, stored.input, stored.path);
  const mark: Mark = { offset: stored.offset, tail: stored.tail };
  file.device = stored.device ?? "";
  file.inode = stored.inode ?? "";
  file.birth = stored.birth ?? "";
  file.seenPath = stored.seenPath ?? stored.path;
  file.fingerprint = stored.fingerprint;
  file.acknowledged = mark;
  file.position = mark;
  file.seen = stored.read === undefined ? mark : { offset: stored.read[0], tail: stored.read[1] };
  file.size = stored.size;
  file.version = stored.version;
  file.seenAt = stored.seen;
  file.rotated = stored.rotated === true;
  file.cuts = stored.cuts ?? [];
  file.marks = (stored.marks ?? []).map(([offset, tail]) => ({ offset, tail }));
  file.durableRevision = file.revision;
  file.changed = false;
  return file;
}
