import { isUtf8 } from "node:buffer";
import { isTree, type StoredTree, setOwn, type Value } from "../event/value.ts";

/** Text of bytes in some charset. */
export type BytesToText = (bytes: Buffer) => string;

const RUNS = /(?:%[0-9A-Fa-f]{2})+/g;

/**
 * Replaces `%` with two hexadecimal digits by the character meant; a run of them is decoded as one. `+` stays, and so does a `%` without
 * digits. Source: RFC 3986, 2.1; Logstash's urldecode filter.
 */
export function percentDecode(text: string, toText: BytesToText): string {
  if (!text.includes("%")) return text;
  return text.replace(RUNS, (run) => toText(Buffer.from(run.replaceAll("%", ""), "hex")));
}

/** Decodes every text in lists and objects; names stay. What there is nothing to decode in is given back itself. */
export function percentDecodeValue(value: Value, toText: BytesToText): Value {
  if (typeof value === "string") return percentDecode(value, toText);
  if (Array.isArray(value)) {
    const decoded = (value as readonly Value[]).map((item) => percentDecodeValue(item, toText));
    return decoded.every((item, i) => item === value[i]) ? value : decoded;
  }
  if (!isTree(value)) return value;
  const decoded: StoredTree = {};
  let isChanged = false;
  for (const [name, item] of Object.entries(value as Record<string, Value>)) {
    const made = percentDecodeValue(item, toText);
    if (made !== item) isChanged = true;
    setOwn(decoded, name, made);
  }
  return isChanged ? (decoded as Value) : value;
}

/** UTF-8; bytes that are none become `\xD3`, as Logstash writes them. */
export function utf8Text(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const end = at + sequenceLength(bytes[at] as number);
    const sequence = bytes.subarray(at, end);
    if (end <= bytes.length && isUtf8(sequence)) {
      text += sequence.toString("utf8");
      at = end;
    } else {
      text += `\\x${(bytes[at] as number).toString(16).toUpperCase().padStart(2, "0")}`;
      at++;
    }
  }
  return text;
}

/** Bytes of a character that begins with this one. */
function sequenceLength(first: number): number {
  if (first < 0xc0) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
