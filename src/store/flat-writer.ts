import type { ByteWriter } from "../event/byte-writer.ts";
import { JsonWriter } from "../event/json-writer.ts";
import { LazyValue, TextSlice } from "../event/lazy-value.ts";
import { SharedTree } from "../event/shared-tree.ts";
import { Timestamp } from "../event/timestamp.ts";
import { isTree, type StoredTree, type StoredValue } from "../event/value.ts";
import {
  byPath,
  columnName,
  KIND_BOOLEAN,
  KIND_DOUBLE,
  KIND_JSON,
  KIND_LONG,
  KIND_STRING,
  KIND_TIMESTAMP,
  type KindBits,
} from "./column-kinds.ts";
import { TWINS, type Twin } from "./twins.ts";

/** Fields that have a column of their own; what goes beyond stands in the column `_more` as an object. */
export const COLUMN_LIMIT = 1000;
export const MORE_COLUMN = "_more";
export const SAME_COLUMN = "_same";

/** Fields that others are made from have a column always. */
const TWIN_SOURCES: ReadonlySet<string> = new Set(
  TWINS.flatMap(({ from }) => from.flatMap((path) => [path, path.slice(0, path.indexOf("."))])),
);

const TRUE: Uint8Array = Buffer.from("true");
const FALSE: Uint8Array = Buffer.from("false");
const END: Uint8Array = Buffer.from("}\n");

/** A field by its path from the root, with the bytes that stand before its value. */
class PathNode {
  readonly path: string;
  /** Its name in the object that it stands in. */
  readonly name: string;
  /** `,"path":` as little-endian words, the last one padded. */
  readonly prefix: Int32Array;
  readonly prefixLength: number;
  readonly children = new Map<string, PathNode>();
  /** The child that came first lately, and the sibling that came next: objects mostly have their members in one order. */
  first: PathNode | undefined;
  next: PathNode | undefined;
  readonly twins: readonly Twin[] | undefined;
  /** Whether its path is its place: no name on the way has a point. */
  readonly plain: boolean;
  /** Whether another place has the same path (`{"a.b": 1, "a": {"b": 2}}`): a document can have both. */
  rival = false;
  bits = 0;

  constructor(path: string, name: string, plain: boolean) {
    this.path = path;
    this.name = name;
    this.plain = plain;
    const prefix = Buffer.from(`,${JSON.stringify(columnName(path))}:`);
    const padded = Buffer.concat([prefix], Math.ceil(prefix.length / 4) * 4);
    this.prefix = Int32Array.from({ length: padded.length / 4 }, (_, i) => padded.readInt32LE(i * 4));
    this.prefixLength = prefix.length;
    const twins = plain ? TWINS.filter((twin) => twin.path === path) : [];
    this.twins = twins.length === 0 ? undefined : twins;
  }
}

/** What a shared constant gives. */
interface Constant {
  readonly owner: object;
  readonly node: PathNode;
  readonly bytes: Uint8Array;
  readonly leaves: readonly (readonly [PathNode, number])[];
  /** Bits of `_same`. */
  readonly same: number;
}

/**
 * Writes documents as lines of flat JSON, one key a leaf field (`"source.ip":"…"`), and notes which kinds of values each field had: what
 * DuckDB needs to read them into a table. Arrays and empty objects are one value.
 */
export class FlatWriter {
  readonly #json = new JsonWriter();
  readonly #root = new PathNode("", "", true);
  readonly #byPath = new Map<string, PathNode>();
  /** Paths with rivals that the document has had. */
  readonly #taken = new Set<string>();
  /** Whether what was just written depends on more than its own value: a constant of it cannot be kept. */
  #contextual = false;
  readonly #touched: PathNode[] = [];
  /** Leaves written, while a constant is flattened. */
  #leaves: [PathNode, number][] | undefined;
  #columns = 0;
  #more: [path: string, value: StoredValue][] = [];
  #same = 0;
  #document: StoredTree = {};

  write(out: ByteWriter, document: StoredTree): void {
    this.#json.begin();
    this.#same = 0;
    // What a document that could not be written left behind.
    this.#more = [];
    this.#leaves = undefined;
    this.#taken.clear();
    this.#document = document;
    const start = out.length;
    this.#walk(out, this.#root, document);
    if (this.#same !== 0) {
      this.#key(out, this.#own(SAME_COLUMN), KIND_LONG);
      this.#json.number(out, this.#same);
    }
    if (this.#more.length > 0) this.#writeMore(out);
    if (out.length === start) out.byte(0x7b);
    else out.bytes[start] = 0x7b;
    out.put(END);
  }

  /** Kinds seen since the last call. */
  takeKinds(): KindBits {
    const kinds: KindBits = byPath();
    for (const node of this.#touched) {
      kinds[node.path] = node.bits;
      node.bits = 0;
    }
    this.#touched.length = 0;
    return kinds;
  }

  #walk(out: ByteWriter, node: PathNode, object: StoredTree): void {
    let before: PathNode | undefined;
    for (const name in object) {
      const value = object[name];
      if (value === undefined || value === null) continue;
      let child = before === undefined ? node.first : before.next;
      if (child === undefined || child.name !== name) {
        child = this.#child(node, name);
        if (child === undefined) {
          this.#beyond(node === this.#root ? name : `${node.path}.${name}`, value);
          continue;
        }
        if (before === undefined) node.first = child;
        else before.next = child;
      }
      before = child;
      this.#value(out, child, value, object);
    }
  }

  #value(out: ByteWriter, node: PathNode, value: StoredValue, parent: StoredTree): void {
    if (node.rival && this.#isTaken(node, value)) return;
    if (node.twins !== undefined && this.#isTwin(node.twins, value, parent)) return;
    if (typeof value === "string") {
      this.#key(out, node, KIND_STRING);
      this.#json.string(out, value);
    } else if (value instanceof TextSlice) {
      this.#key(out, node, KIND_STRING);
      this.#json.slice(out, value);
    } else if (typeof value === "number") {
      if (!Number.isFinite(value)) return;
      this.#key(out, node, Number.isSafeInteger(value) ? KIND_LONG : KIND_DOUBLE);
      this.#json.number(out, value);
    } else if (typeof value === "boolean") {
      this.#key(out, node, KIND_BOOLEAN);
      out.put(value ? TRUE : FALSE);
    } else if (value instanceof Timestamp) {
      this.#key(out, node, node.path === "@timestamp" && isStorable(value) ? KIND_TIMESTAMP : KIND_STRING);
      this.#json.timestamp(out, value);
    } else if (value instanceof SharedTree) this.#constant(out, node, value, parent);
    else if (value instanceof LazyValue) this.#value(out, node, value.materialise(), parent);
    else if (Array.isArray(value) || isEmpty(value as StoredTree)) {
      this.#key(out, node, KIND_JSON);
      this.#json.value(out, value);
    } else this.#walk(out, node, value as StoredTree);
  }

  /** A constant that is met again is flattened once; then its bytes are copied. */
  #constant(out: ByteWriter, node: PathNode, shared: SharedTree, parent: StoredTree): void {
    const known = shared.prepared as Constant | undefined;
    if (known === undefined && !shared.used) {
      shared.used = true;
      this.#value(out, node, shared.value as StoredValue, parent);
      return;
    }
    if (known?.owner === this && known.node === node && !known.leaves.some(([leaf]) => leaf.rival)) {
      out.put(known.bytes);
      for (const [leaf, bits] of known.leaves) this.#touch(leaf, bits);
      this.#same |= known.same;
      return;
    }
    const start = out.length;
    const same = this.#same;
    this.#same = 0;
    this.#contextual = false;
    const before = this.#leaves;
    this.#leaves = [];
    this.#value(out, node, shared.value as StoredValue, parent);
    const bytes = new Uint8Array(out.bytes.subarray(start, out.length));
    const prepared: Constant = { owner: this, node, bytes, leaves: this.#leaves, same: this.#same };
    if (!this.#contextual) shared.prepared = prepared;
    this.#leaves = before;
    this.#same |= same;
  }

  #isTwin(twins: readonly Twin[], value: StoredValue, parent: StoredTree): boolean {
    for (const twin of twins) {
      if (twin.elsewhere) this.#contextual = true;
      if (!twin.same(value, parent, this.#document)) continue;
      this.#same |= twin.bit;
      return true;
    }
    return false;
  }

  #key(out: ByteWriter, node: PathNode, bit: number): void {
    this.#touch(node, bit);
    this.#leaves?.push([node, bit]);
    const { prefix } = node;
    // Four bytes at a time; what the last word writes too many is overwritten by the value.
    out.reserve(prefix.length * 4);
    const { view } = out;
    let at = out.length;
    for (let i = 0; i < prefix.length; i++, at += 4) view.setInt32(at, prefix[i] as number, true);
    out.length += node.prefixLength;
  }

  #touch(node: PathNode, bit: number): void {
    if (node.bits === 0) this.#touched.push(node);
    node.bits |= bit;
  }

  /** undefined: the field has no column of its own. */
  #child(node: PathNode, name: string): PathNode | undefined {
    let child = node.children.get(name);
    if (child === undefined) {
      const path = node === this.#root ? name : `${node.path}.${name}`;
      if (path === SAME_COLUMN || path === MORE_COLUMN) return undefined;
      const plain = node.plain && !name.includes(".");
      if (this.#columns >= COLUMN_LIMIT && !(plain && TWIN_SOURCES.has(path))) return undefined;
      child = new PathNode(path, name, plain);
      node.children.set(name, child);
      this.#columns++;
      const other = this.#byPath.get(path);
      if (other === undefined) this.#byPath.set(path, child);
      else {
        other.rival = true;
        child.rival = true;
        // The other may have been written in this document.
        this.#taken.add(path);
      }
    }
    return child;
  }

  /** A column of the store's own. */
  #own(name: string): PathNode {
    let node = this.#byPath.get(name);
    if (node === undefined) {
      node = new PathNode(name, name, true);
      this.#byPath.set(name, node);
    }
    return node;
  }

  /** Of two fields with one path the second stands in `_more`. */
  #isTaken(node: PathNode, value: StoredValue): boolean {
    this.#contextual = true;
    if (value instanceof LazyValue && !(value instanceof TextSlice)) return false;
    if (typeof value === "number" && !Number.isFinite(value)) return false;
    if (isTree(value) && !isEmpty(value)) return false;
    if (!this.#taken.has(node.path)) {
      this.#taken.add(node.path);
      return false;
    }
    this.#beyond(node.path, value);
    return true;
  }

  #beyond(path: string, value: StoredValue): void {
    this.#contextual = true;
    const there = this.#more.find(([known]) => known === path);
    if (there === undefined) this.#more.push([path, value]);
    else there[1] = [there[1], value] as StoredValue;
  }

  #writeMore(out: ByteWriter): void {
    this.#key(out, this.#own(MORE_COLUMN), KIND_JSON);
    this.#json.object(out, Object.fromEntries(this.#more));
    this.#more = [];
  }
}

/** DuckDB reads years 1 to 9999 as JSON writes them. */
function isStorable(time: Timestamp): boolean {
  return time.epochMs >= -62_135_596_800_000 && time.epochMs <= 253_402_300_799_999;
}

function isEmpty(object: StoredTree): boolean {
  for (const name in object) if (object[name] !== undefined) return false;
  return true;
}
