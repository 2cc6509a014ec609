import { type Address, addressWord } from "./geoip-address.ts";

/** Shape of a database's search tree, from its metadata. */
export interface TreeShape {
  readonly nodeCount: number;
  /** Bits of a record: 24, 28 or 32. */
  readonly recordSize: number;
  readonly ipVersion: number;
}

/** Where an address leads. */
export interface TreeHit {
  /** Names the record: the same for all addresses that have it. */
  readonly pointer: number;
  /** Bits of the network, as the tree counts them: of IPv6 where it holds both versions, less the 96 before IPv4. */
  readonly depth: number;
}

/**
 * The search tree of a MaxMind DB file (its specification, "Binary Search Tree Section"): a node has two records, for a next bit 0 and 1;
 * a record is the next node, or the number of nodes for "nothing", or beyond that a pointer to data.
 */
export class GeoTree {
  readonly #bytes: Uint8Array;
  readonly #shape: TreeShape;
  /** The node where IPv4 begins. */
  readonly #start4: number;

  constructor(bytes: Uint8Array, shape: TreeShape) {
    this.#bytes = bytes;
    this.#shape = shape;
    this.#start4 = shape.ipVersion === 4 ? 0 : this.#walk(0, 0, 96).node;
  }

  /** Undefined for an address that is not in it. */
  find({ version, text }: Address): TreeHit | undefined {
    const { nodeCount } = this.#shape;
    let node = version === 4 ? this.#start4 : 0;
    let depth = 0;
    const words = version === 4 ? [addressWord(text)] : wordsOf(text);
    for (const word of words) {
      if (node >= nodeCount) break;
      const end = this.#walk(node, word, 32);
      node = end.node;
      depth += end.depth;
    }
    return node > nodeCount ? { pointer: node, depth } : undefined;
  }

  /** Follows up to 32 bits of a word (or so many zeros), from its highest. */
  #walk(from: number, word: number, bits: number): { node: number; depth: number } {
    const bytes = this.#bytes;
    const { nodeCount, recordSize } = this.#shape;
    const size = recordSize / 4;
    let node = from;
    let depth = 0;
    for (; depth < bits && node < nodeCount; depth++) {
      const right = depth < 32 ? (word >>> (31 - depth)) & 1 : 0;
      const at = node * size;
      if (recordSize === 24) {
        node = three(bytes, at + right * 3);
      } else if (recordSize === 28) {
        const middle = bytes[at + 3] as number;
        node = (right === 1 ? middle & 15 : middle >> 4) * 0x1000000 + three(bytes, at + right * 4);
      } else {
        node = three(bytes, at + right * 4) * 256 + (bytes[at + right * 4 + 3] as number);
      }
    }
    return { node, depth };
  }
}

function three(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
}

/** The four words of eight groups. */
function wordsOf(text: string): number[] {
  const groups = text.split(":").map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((i) => ((groups[i] as number) << 16) | (groups[i + 1] as number));
}
