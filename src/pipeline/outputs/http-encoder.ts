import type { ByteWriter } from "../../event/byte-writer.ts";
import type { Event } from "../../event/event.ts";
import { JsonWriter } from "../../event/json-writer.ts";
import { materialise } from "../../event/lazy-value.ts";
import { isTree, type StoredTree, type StoredValue, setOwn } from "../../event/value.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import type { Encoder } from "../../plugin/definitions.ts";
import type { Hash, HashValue } from "../../plugin/options.ts";
import { rubyToS } from "../../transform/ruby-to-s.ts";

/** Settings that say what is sent for an event. */
export interface HttpBodySettings {
  readonly url: string;
  readonly headers: Hash;
  readonly format: string;
  readonly mapping: Hash | undefined;
  readonly message: string | undefined;
}

/** What an event's bytes hold: where it goes and what with. */
export interface EncodedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const HEAD_BYTES = 4;

/**
 * Writes for each event the length of a head (4 bytes, big-endian), the head, and the body. The head is JSON, `[url, headers]`; it is empty
 * where both are the same for all events, and always for json_batch, whose events share a request.
 */
export function httpEncoder(settings: HttpBodySettings): Encoder {
  const body = bodyWriter(settings);
  const url = compileSprintf(settings.url);
  const headers = Object.entries(settings.headers).map(
    ([name, value]) => [name, compileSprintf(String(value))] as const,
  );
  const isConstant =
    settings.format === "json_batch" || (url.isConstant && headers.every(([, write]) => write.isConstant));
  return {
    encode(event, out) {
      const head = isConstant ? "" : JSON.stringify([url(event), headers.map(([name, write]) => [name, write(event)])]);
      const length = Buffer.byteLength(head);
      for (const shift of [24, 16, 8, 0]) out.byte((length >>> shift) & 255);
      out.text(head);
      body(event, out);
    },
  };
}

/** The request of an event's bytes. `constant`: url and headers of events whose head is empty. */
export function decodeRequest(bytes: Buffer, constant: Omit<EncodedRequest, "body">): EncodedRequest {
  const length = bytes.readUInt32BE(0);
  const body = bytes.subarray(HEAD_BYTES + length);
  if (length === 0) return { ...constant, body };
  const [url, headers] = JSON.parse(bytes.toString("utf8", HEAD_BYTES, HEAD_BYTES + length)) as [
    string,
    [string, string][],
  ];
  return { url, headers: Object.fromEntries(headers), body };
}

type BodyWriter = (event: Event, out: ByteWriter) => void;

function bodyWriter(settings: HttpBodySettings): BodyWriter {
  if (settings.format === "message") {
    const write = compileSprintf(settings.message ?? "");
    return (event, out) => out.text(write(event));
  }
  const fields =
    settings.mapping === undefined ? (event: Event): StoredTree => event.fields : compileMapping(settings.mapping);
  if (settings.format === "form") return (event, out) => out.text(formText(fields(event)));
  const json = new JsonWriter();
  return (event, out) => {
    json.begin();
    json.object(out, fields(event));
  };
}

/** The members that the user has chosen, with `%{field}` in their texts. */
function compileMapping(mapping: Hash): (event: Event) => StoredTree {
  const write = compileValue(mapping);
  return (event) => write(event) as StoredTree;
}

function compileValue(value: HashValue): (event: Event) => StoredValue {
  if (Array.isArray(value)) {
    const items = value.map(compileValue);
    return (event) => items.map((write) => write(event));
  }
  if (isTree(value)) {
    const members = Object.entries(value).map(([name, item]) => [name, compileValue(item as HashValue)] as const);
    return (event) => {
      const made: StoredTree = {};
      for (const [name, write] of members) setOwn(made, name, write(event));
      return made;
    };
  }
  return compileSprintf(String(value));
}

/** `a=b&c=d`; objects and lists as Ruby writes them. Source: URL Standard, application/x-www-form-urlencoded. */
function formText(fields: StoredTree): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) form.append(name, rubyToS(materialise(value)));
  }
  return form.toString();
}
