import type { IncomingMessage } from "node:http";
import type { Event } from "../../event/event.ts";
import { materialise } from "../../event/lazy-value.ts";
import type { Source } from "../../event/record-batch.ts";
import { isTree, type ObjectValue, type StoredTree, setOwn, type Value } from "../../event/value.ts";

export interface HttpFieldNames {
  /** Where the client's address goes. */
  readonly remoteHost: string;
  /** Where all headers go. */
  readonly headers: string;
  /** Also into fields of ECS. */
  readonly ecs: boolean;
}

/** What is known of a request, as fields of its events. Source: Logstash, "Http input plugin", event metadata and ECS. */
export function requestFields(
  message: IncomingMessage,
  remoteAddress: string,
  names: HttpFieldNames,
): Source["fields"] {
  const headers = namedHeaders(message);
  const fields: [string, Value][] = [
    [names.headers, headers],
    [names.remoteHost, remoteAddress],
  ];
  if (!names.ecs) return fields;
  const { domain, port } = hostParts(headers["http_host"] as string | null);
  const known: readonly (readonly [string, Value | undefined])[] = [
    ["[http][version]", headers["http_version"]],
    ["[user_agent][original]", headers["http_user_agent"]],
    ["[url][domain]", domain],
    ["[url][port]", port],
    ["[http][method]", headers["request_method"]],
    ["[url][path]", headers["request_path"]],
    ["[http][request][body][bytes]", headers["content_length"]],
    ["[http][request][mime_type]", headers["content_type"]],
  ];
  for (const [name, value] of known) if (value !== undefined && value !== null) fields.push([name, value]);
  return fields;
}

/** Names in lower case with `_` for `-`; the login is not among them. Of a header that comes twice the last holds. */
function namedHeaders({ rawHeaders, method = "", url = "", httpVersion }: IncomingMessage): ObjectValue {
  const headers: ObjectValue = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase().replaceAll("-", "_");
    if (name !== "authorization") setOwn(headers, name, rawHeaders[i + 1] as string);
  }
  for (const name of ["accept", "host", "user_agent"]) {
    headers[`http_${name}`] = headers[name] ?? null;
    delete headers[name];
  }
  headers["request_method"] = method;
  headers["request_path"] = url;
  headers["http_version"] = `HTTP/${httpVersion}`;
  return headers;
}

function hostParts(host: string | null): { domain: string | undefined; port: number | undefined } {
  if (host === null) return { domain: undefined, port: undefined };
  const match = /^(?:([^:]+)|\[(.*)\]):(\d+)$/.exec(host);
  return match === null ? { domain: host, port: undefined } : { domain: match[1] ?? match[2], port: Number(match[3]) };
}

/** Fields that an event has before it is decoded. */
export interface FieldsBefore {
  readonly fields: StoredTree;
  readonly metadata: StoredTree;
}

/** To be called before the codec writes into the event. */
export function fieldsBefore(event: Event): FieldsBefore {
  const { "@timestamp": _time, "@version": _version, ...fields } = event.fields;
  return { fields, metadata: { ...event.metadata } };
}

/** What is known of the request holds where a document says otherwise; other members of the same objects stay the document's. */
export function restoreFields(event: Event, before: FieldsBefore): void {
  restore(event.fields, before.fields);
  restore(event.metadata, before.metadata);
}

function restore(now: StoredTree, before: StoredTree): void {
  for (const name of Object.keys(before)) {
    if (now[name] === before[name]) continue;
    const own = materialise(before[name] as Value);
    const other = now[name] === undefined ? undefined : materialise(now[name] as Value);
    setOwn(now, name, isTree(own) && isTree(other) ? merged(other, own) : own);
  }
}

function merged(into: StoredTree, from: StoredTree): StoredTree {
  for (const name of Object.keys(from)) {
    const own = from[name] as Value;
    const other = Object.hasOwn(into, name) ? into[name] : undefined;
    setOwn(into, name, isTree(own) && isTree(other) ? merged(other, own) : own);
  }
  return into;
}
