import { isIP } from "node:net";

/** A network or an address as two texts of equal length between which its addresses lie: 32 hexadecimal digits, IPv4 as ::ffff:a.b.c.d. */
export interface AddressSpan {
  readonly from: string;
  readonly to: string;
}

/** An address, or a network in CIDR notation; undefined when it is neither. */
export function addressSpan(text: string): AddressSpan | undefined {
  const [address = "", prefix, rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest !== undefined) return undefined;
  const bits = bitsOf(address, version);
  if (prefix === undefined) return { from: bits, to: bits };
  const length = Number(prefix);
  const most = version === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(prefix) || length > most) return undefined;
  const kept = length + (128 - most);
  const value = BigInt(`0x${bits}`);
  const mask = (1n << BigInt(128 - kept)) - 1n;
  const hex = (number: bigint): string => number.toString(16).padStart(32, "0");
  return { from: hex(value & ~mask), to: hex(value | mask) };
}

function bitsOf(address: string, version: number): string {
  if (version === 4) return `00000000000000000000ffff${ipv4Hex(address)}`;
  let text = address.replace(/%.*$/, "");
  const tail = /(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail !== null) {
    const hex = ipv4Hex(tail[1] as string);
    text = `${text.slice(0, -(tail[1] as string).length)}${hex.slice(0, 4)}:${hex.slice(4)}`;
  }
  const [head = "", back] = text.split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const first = groups(head);
  const last = back === undefined ? [] : groups(back);
  const middle = back === undefined ? [] : new Array<string>(8 - first.length - last.length).fill("0");
  return [...first, ...middle, ...last].map((group) => group.padStart(4, "0").toLowerCase()).join("");
}

function ipv4Hex(address: string): string {
  return address
    .split(".")
    .map((part) => Number(part).toString(16).padStart(2, "0"))
    .join("");
}

/**
 * An expression (SQL) that gives an address's 32 digits; NULL for what is no address. Addresses are stored as they were logged, so that IPv6 may
 * come in any of its forms.
 */
export function addressDigits(sql: string): string {
  const v4 = `'00000000000000000000ffff' || printf('%02x%02x%02x%02x', ${[1, 2, 3, 4]
    .map((i) => `TRY_CAST(split_part(${sql}, '.', ${i}) AS INTEGER)`)
    .join(", ")})`;
  const groups = (part: string): string => `list_filter(string_split(lower(${part}), ':'), g -> g <> '')`;
  const head = groups(`split_part(${sql}, '::', 1)`);
  const tail = groups(`split_part(${sql}, '::', 2)`);
  const pad = `list_transform(range(greatest(0, 8 - len(${head}) - len(${tail}))), i -> '0')`;
  const v6 = `array_to_string(list_transform(${head} || (CASE WHEN contains(${sql}, '::') THEN ${pad} ELSE [] END) || ${tail}, g -> lpad(g, 4, '0')), '')`;
  return `(CASE WHEN regexp_full_match(${sql}, '\\d{1,3}(\\.\\d{1,3}){3}') THEN ${v4} WHEN contains(${sql}, ':') THEN ${v6} END)`;
}
