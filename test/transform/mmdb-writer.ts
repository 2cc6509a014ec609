/** What a written database holds: networks in CIDR notation and their records. */
export interface MmdbContent {
  readonly type: string;
  readonly ipVersion: 4 | 6;
  readonly recordSize: 24 | 28 | 32;
  readonly networks: readonly (readonly [network: string, record: MmdbValue])[];
}

export type MmdbValue = string | number | boolean | readonly MmdbValue[] | { readonly [key: string]: MmdbValue };

interface Node {
  readonly sides: [Node | number | undefined, Node | number | undefined];
  number: number;
}

/** A database in MaxMind's format (maxmind.github.io/MaxMind-DB), as small as tests need it: at most 284 bytes a text, no pointers. */
export function writeMmdb({ type, ipVersion, recordSize, networks }: MmdbContent): Buffer {
  const root: Node = { sides: [undefined, undefined], number: 0 };
  const data: Buffer[] = [];
  let dataLength = 0;
  for (const [network, record] of networks) {
    insert(root, bitsOf(network, ipVersion), dataLength);
    const bytes = encode(record);
    data.push(bytes);
    dataLength += bytes.length;
  }
  const nodes = numbered(root);
  const pointer = (side: Node | number | undefined): number => {
    if (side === undefined) return nodes.length;
    return typeof side === "number" ? nodes.length + 16 + side : side.number;
  };
  const tree = nodes.map(({ sides: [left, right] }) => nodeBytes(pointer(left), pointer(right), recordSize));
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: type,
    description: {},
    ip_version: ipVersion,
    languages: [],
    node_count: nodes.length,
    record_size: recordSize,
  });
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  return Buffer.concat([...tree, Buffer.alloc(16), ...data, marker, metadata]);
}

/** The bits of a network; IPv4 lies at ::/96 of a tree for IPv6. */
function bitsOf(network: string, ipVersion: 4 | 6): string {
  const [address = "", length = "0"] = network.split("/");
  const groups = address.includes(":")
    ? address.split(":").map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    : address.split(".").map((group) => Number(group).toString(2).padStart(8, "0"));
  const bits = groups.join("").slice(0, Number(length));
  return ipVersion === 6 && !address.includes(":") ? "0".repeat(96) + bits : bits;
}

function insert(root: Node, bits: string, offset: number): void {
  let node = root;
  for (const [i, bit] of [...bits].entries()) {
    const side = bit === "1" ? 1 : 0;
    if (i === bits.length - 1) {
      node.sides[side] = offset;
      return;
    }
    let next = node.sides[side];
    if (typeof next !== "object") {
      // What stood here for a larger network holds for the other halves too.
      next = { sides: [next, next], number: 0 };
      node.sides[side] = next;
    }
    node = next;
  }
}

function numbered(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) {
    for (const side of node.sides) {
      if (typeof side !== "object") continue;
      side.number = nodes.length;
      nodes.push(side);
    }
  }
  return nodes;
}

function nodeBytes(left: number, right: number, recordSize: number): Buffer {
  const bytes = Buffer.alloc(recordSize / 4);
  if (recordSize === 32) {
    bytes.writeUInt32BE(left, 0);
    bytes.writeUInt32BE(right, 4);
    return bytes;
  }
  const half = recordSize === 28 ? 4 : 3;
  bytes.writeUIntBE(left % 0x1000000, 0, 3);
  bytes.writeUIntBE(right % 0x1000000, half, 3);
  if (recordSize === 28) bytes[3] = ((left >>> 24) << 4) | (right >>> 24);
  return bytes;
}

const DOUBLE = 3;
const UINT32 = 6;

function encode(value: MmdbValue): Buffer {
  if (typeof value === "string") {
    const text = Buffer.from(value);
    if (text.length > 284) throw new Error(`too long: ${value}`);
    const head = text.length < 29 ? [control(2, text.length)] : [control(2, 29), Buffer.from([text.length - 29])];
    return Buffer.concat([...head, text]);
  }
  if (typeof value === "number") {
    const bytes = Buffer.alloc(Number.isInteger(value) ? 4 : 8);
    if (Number.isInteger(value)) bytes.writeUInt32BE(value);
    else bytes.writeDoubleBE(value);
    return Buffer.concat([control(bytes.length === 4 ? UINT32 : DOUBLE, bytes.length), bytes]);
  }
  if (typeof value === "boolean") return control(14, value ? 1 : 0);
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value as Record<string, MmdbValue>);
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, item]) => [encode(key), encode(item)])]);
}

/** The byte that says type and size; types beyond 7 need a second one. */
function control(type: number, size: number): Buffer {
  return type <= 7 ? Buffer.from([(type << 5) | size]) : Buffer.from([size, type - 7]);
}
