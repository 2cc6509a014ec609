import { isUtf8 } from "node:buffer";
import iconv from "iconv-lite";
import { byteOrderMark } from "./plain-lines.ts";

const LF = 10;
const CR = 13;

/** How a file's bytes become lines of text. */
export interface LineEncoding {
  /** Index behind the first line end of `bytes[from..to)`, -1 if there is none. `offset` is that of `bytes[0]` in the file. */
  lineEnd(bytes: Buffer, from: number, to: number, offset: number): number;
  /** A line as UTF-8, without line end and byte order mark. `first`: it begins the file. */
  decode(line: Buffer, first: boolean): { bytes: Buffer; invalid: boolean };
}

/** Names that mean plain UTF-8, which needs no decoding. */
export function isPlainUtf8(name: string): boolean {
  return ["", "plain", "utf-8", "utf8", "utf-8-bom", "ascii", "us-ascii"].includes(name.toLowerCase());
}

/**
 * The encoding of a file whose first bytes are `head`.
 * @throws TypeError for a name that is not known.
 */
export function lineEncoding(name: string, head: Uint8Array): LineEncoding {
  const known = knownEncoding(name);
  switch (known.kind) {
    case "utf-8":
      return utf8;
    case "utf-16":
      return utf16Lines(isBigEndian(head) ?? known.bigEndian);
    case "web":
      // RFC 1468: a line begins and ends in ASCII, and no byte of a character is 0x0A, so that a line can be decoded alone.
      return decodedLines((bytes) => new TextDecoder(known.name).decode(bytes));
    case "iconv":
      return decodedLines((bytes) => iconv.decode(bytes, known.name));
  }
}

/** What decodes an encoding: nothing, iconv-lite, or the TextDecoder. */
export type KnownEncoding =
  | { readonly kind: "utf-8" }
  /** `bigEndian`: where no byte order mark says it. */
  | { readonly kind: "utf-16"; readonly bigEndian: boolean }
  | { readonly kind: "web" | "iconv"; readonly name: string };

/** @throws TypeError for a name that is not known */
export function knownEncoding(name: string): KnownEncoding {
  if (isPlainUtf8(name)) return { kind: "utf-8" };
  const plain = name.toLowerCase().replace(/[-_]?bom$/, "");
  const utf16 = /^(?:utf-?16|ucs-?2)[-_]?(le|be)?$/.exec(plain);
  if (utf16 !== null) return { kind: "utf-16", bigEndian: utf16[1] === "be" };
  if (plain === "iso-2022-jp") return { kind: "web", name: plain };
  const reason = NOT_READ.find(([names]) => names.test(plain))?.[1];
  if (reason !== undefined) throw new TypeError(`encoding "${name}" is not read: ${reason}`);
  const known = OTHER_NAMES[plain] ?? plain;
  if (!iconv.encodingExists(known)) throw new TypeError(`encoding "${name}" is not known`);
  return { kind: "iconv", name: known };
}

/** Filebeat's names that iconv-lite has under another. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  "iso8859-6e": "iso8859-6",
  "iso8859-6i": "iso8859-6",
  "macintosh-cyrillic": "maccyrillic",
};

const NOT_READ: readonly (readonly [RegExp, string])[] = [
  [/^(?:utf-?(?:7|32)|ucs-?4)/, "its line feeds cannot be told by a byte"],
  [
    /^(?:ebcdic|(?:cp|ibm)-?(?:0?37|1040|1047|1140)$)/,
    "lines of EBCDIC do not end with 0x0A; convert the file to UTF-8",
  ],
  [/^hz-gb-?2312$/, "it is not known here; convert the file to UTF-8"],
];

function decodedLines(decode: (bytes: Buffer) => string): LineEncoding {
  return {
    lineEnd: byteLineEnd,
    decode: (line) => toUtf8(decode(line.subarray(0, withoutByteEnd(line)))),
  };
}

const utf8: LineEncoding = {
  lineEnd: byteLineEnd,
  decode(line, first) {
    const bytes = line.subarray(first ? byteOrderMark(line, 0, line.length) : 0, withoutByteEnd(line));
    return { bytes, invalid: !isUtf8(bytes) };
  },
};

function byteLineEnd(bytes: Buffer, from: number, to: number): number {
  return bytes.subarray(0, to).indexOf(LF, from) + 1 || -1;
}

function withoutByteEnd(line: Buffer): number {
  let end = line.length;
  if (end > 0 && line[end - 1] === LF) {
    end--;
    if (end > 0 && line[end - 1] === CR) end--;
  }
  return end;
}

/** What a byte order mark at the beginning says. */
export function isBigEndian(head: Uint8Array): boolean | null {
  if (head[0] === 0xfe && head[1] === 0xff) return true;
  if (head[0] === 0xff && head[1] === 0xfe) return false;
  return null;
}

function utf16Lines(bigEndian: boolean): LineEncoding {
  const name = bigEndian ? "utf-16be" : "utf-16le";
  return {
    lineEnd(bytes, from, to, offset) {
      const view = bytes.subarray(0, to);
      // Units are aligned to the beginning of the file; the high byte of a line feed is 0.
      const low = bigEndian ? 1 : 0;
      const high = bigEndian ? -1 : 1;
      for (let at = view.indexOf(LF, from); at >= 0; at = view.indexOf(LF, at + 1)) {
        const aligned = (offset + at) % 2 === low;
        if (aligned && view[at + high] === 0 && at + high >= from) return bigEndian ? at + 1 : at + 2;
      }
      return -1;
    },
    decode(line) {
      // iconv-lite takes a byte order mark away.
      return toUtf8(iconv.decode(line, name).replace(/\r?\n$/, ""));
    },
  };
}

function toUtf8(text: string): { bytes: Buffer; invalid: boolean } {
  const bytes = Buffer.from(text);
  return { bytes, invalid: bytes.includes("\uFFFD") };
}
