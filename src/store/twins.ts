import { TextSlice } from "../event/lazy-value.ts";
import type { StoredTree, StoredValue } from "../event/value.ts";

/**
 * A field that usually says again what others say. Where it does, only a bit is stored in the column `_same` and the field is made from
 * the others when it is read: a fifth of a web server's slice is spared so.
 */
export interface Twin {
  readonly path: string;
  /** Its bit in `_same`. */
  readonly bit: number;
  /** Whether it is compared with what stands outside of its own object and below the root. */
  readonly elsewhere?: true;
  /** Whether the value is what `sql` would give. `parent` is the object that it stands in. */
  same(value: StoredValue, parent: StoredTree, root: StoredTree): boolean;
  /** The columns that it is made from. */
  readonly from: readonly string[];
  /** How it is made from them; `column` gives an expression for a field. */
  sql(column: (path: string) => string): string;
}

const sibling = (path: string, name: string): Omit<Twin, "bit"> => {
  const other = `${path.slice(0, path.lastIndexOf(".") + 1)}${name}`;
  return {
    path,
    from: [other],
    same: (value, parent) => equalTexts(value, parent[name]),
    sql: (column) => column(other),
  };
};

const DECLARED: readonly Omit<Twin, "bit">[] = [
  sibling("source.address", "ip"),
  sibling("destination.address", "ip"),
  sibling("client.address", "ip"),
  sibling("server.address", "ip"),
  sibling("host.hostname", "name"),
  {
    path: "message",
    from: ["event.original"],
    same: (value, _parent, root) => equalTexts(value, (root["event"] as StoredTree | undefined)?.["original"]),
    sql: (column) => column("event.original"),
  },
  {
    path: "url.original",
    from: ["url.path"],
    same: (value, parent) => equalTexts(value, parent["path"]),
    sql: (column) => column("url.path"),
  },
  {
    path: "url.original",
    from: ["url.path", "url.query"],
    same: (value, parent) => isJoined(value, parent["path"], parent["query"]),
    sql: (column) => `${column("url.path")} || '?' || ${column("url.query")}`,
  },
  {
    path: "related.ip",
    elsewhere: true,
    from: ["source.ip"],
    same: (value, _parent, root) =>
      Array.isArray(value) &&
      value.length === 1 &&
      equalTexts(value[0], (root["source"] as StoredTree | undefined)?.["ip"]),
    sql: (column) => `to_json([${column("source.ip")}])`,
  },
  {
    path: "related.user",
    elsewhere: true,
    from: ["user.name"],
    same: (value, _parent, root) =>
      Array.isArray(value) &&
      value.length === 1 &&
      equalTexts(value[0], (root["user"] as StoredTree | undefined)?.["name"]),
    sql: (column) => `to_json([${column("user.name")}])`,
  },
];

/** Bits are part of the format of slices: a twin keeps its place for ever. */
export const TWINS: readonly Twin[] = DECLARED.map((twin, i) => ({ ...twin, bit: 1 << i }));

/** Whether both are texts, and the same. */
export function equalTexts(a: StoredValue | undefined, b: StoredValue | undefined): boolean {
  if (a === b) return typeof a === "string" || a instanceof TextSlice;
  if (a instanceof TextSlice && b instanceof TextSlice) {
    if (a.end - a.start !== b.end - b.start) return false;
    if (a.bytes === b.bytes && a.start === b.start) return true;
    return a.bytes.compare(b.bytes, b.start, b.end, a.start, a.end) === 0;
  }
  const left = textOf(a);
  return left !== undefined && left === textOf(b);
}

function isJoined(whole: StoredValue, path: StoredValue | undefined, query: StoredValue | undefined): boolean {
  const text = textOf(whole);
  const [before, behind] = [textOf(path), textOf(query)];
  if (text === undefined || before === undefined || behind === undefined) return false;
  return (
    text.length === before.length + 1 + behind.length &&
    text.startsWith(before) &&
    text.charCodeAt(before.length) === 0x3f &&
    text.endsWith(behind)
  );
}

function textOf(value: StoredValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof TextSlice ? value.materialise() : undefined;
}
