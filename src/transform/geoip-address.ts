import { isIP } from "node:net";

/** An address as it is looked up and shown. */
export interface Address {
  readonly version: 4 | 6;
  /** IPv4 in dots, IPv6 as eight groups without `::`, as Java writes it and so Logstash does. */
  readonly text: string;
}

/** Reads an address, also in brackets or with a zone. IPv4 in IPv6 (`::ffff:1.2.3.4`) is the IPv4 one. Undefined for all else, host names too. */
export function parseAddress(text: string): Address | undefined {
  const version = isIP(text);
  if (version === 4) return { version, text };
  if (version === 6) return ofGroups(groupsOf(text));
  return text.startsWith("[") && text.endsWith("]") && isIP(text.slice(1, -1)) === 6
    ? ofGroups(groupsOf(text.slice(1, -1)))
    : undefined;
}

function ofGroups(groups: readonly number[]): Address {
  const [high, low] = [groups[6] as number, groups[7] as number];
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0))
    return { version: 4, text: `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}` };
  return { version: 6, text: groups.map((group) => group.toString(16)).join(":") };
}

/** The eight groups of a valid IPv6 address (RFC 4291, 2.2). */
function groupsOf(text: string): number[] {
  const [head = "", tail] = (text.split("%", 1)[0] as string).split("::");
  const front = numbersOf(head);
  if (tail === undefined) return front;
  const back = numbersOf(tail);
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}

function numbersOf(part: string): number[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a, b, c, d] = group.split(".").map(Number) as [number, number, number, number];
    return [a * 256 + b, c * 256 + d];
  });
}

/** The 32 bits of an IPv4 address in dots. */
export function addressWord(text: string): number {
  let word = 0;
  let part = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2e) {
      word = (word << 8) | part;
      part = 0;
    } else part = part * 10 + c - 0x30;
  }
  return (word << 8) | part;
}

/** IPv4 networks that are nobody's place (IANA's registry of special-purpose addresses, and multicast). */
const SPECIAL: readonly string[] = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"],
];
const SPECIAL_WORDS: Int32Array = Int32Array.from(SPECIAL, (network) => addressWord(network.replace(/\/.*/, "")));
const SPECIAL_MASKS: Int32Array = Int32Array.from(
  SPECIAL,
  (network) => -1 << (32 - Number(network.replace(/.*\//, ""))),
);

/** Whether an address can be somewhere: not private, local, documentation or multicast. Of IPv6 that is 2000::/3 (RFC 4291, 2.4). */
export function isPublicAddress({ version, text }: Address): boolean {
  if (version === 6) return /^[23][\da-f]{3}:/.test(text) && !text.startsWith("2001:db8:");
  const word = addressWord(text);
  for (let i = 0; i < SPECIAL_WORDS.length; i++)
    if ((word & (SPECIAL_MASKS[i] as number)) === SPECIAL_WORDS[i]) return false;
  return true;
}
