import { isIP, isIPv4 } from "node:net";
import { literal } from "./column-kinds.ts";

/**
 * Addresses as Lucene orders them: 16 bytes, IPv4 as ::ffff:a.b.c.d; here as 32 hexadecimal digits. Both ends are included.
 */
export interface AddressSpan {
  readonly from: string;
  readonly to: string;
}

const V4_PREFIX = "00000000000000000000ffff";
export const FIRST_ADDRESS: string = "0".repeat(32);
export const LAST_ADDRESS: string = "f".repeat(32);
const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const V4 = `${OCTET}(?:\\.${OCTET}){3}`;

/** An address, or a network in CIDR notation; undefined when it is neither. */
export function addressSpan(text: string): AddressSpan | undefined {
  const [address = "", prefix, rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest !== undefined) return undefined;
  const digits = digitsOf(address);
  if (prefix === undefined) return { from: digits, to: digits };
  const most = version === 4 ? 32 : 128;
  // Elasticsearch refuses a network in IPv4's part of IPv6: its length could mean two things.
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most || (version === 6 && digits.startsWith(V4_PREFIX)))
    return undefined;
  const mask = (1n << BigInt(most - Number(prefix))) - 1n;
  const value = BigInt(`0x${digits}`);
  return { from: hex(value & ~mask), to: hex(value | mask) };
}

/** The address behind or before one; undefined at the end. */
export function nextAddress(digits: string, step: 1 | -1): string | undefined {
  if (digits === (step === 1 ? LAST_ADDRESS : FIRST_ADDRESS)) return undefined;
  return hex(BigInt(`0x${digits}`) + BigInt(step));
}

const hex = (value: bigint): string => value.toString(16).padStart(32, "0");

function digitsOf(address: string): string {
  if (isIPv4(address)) return V4_PREFIX + octetsHex(address);
  const [bare = ""] = address.split("%");
  const text = bare.replace(/[\d.]+\.[\d.]+$/, (tail) => octetsHex(tail).replace(/^.{4}/, "$&:"));
  const [head = "", back] = text.split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const [first, last] = [groups(head), groups(back ?? "")];
  const zeros = new Array<string>(8 - first.length - last.length).fill("0");
  return [...first, ...zeros, ...last].map((group) => group.padStart(4, "0").toLowerCase()).join("");
}

function octetsHex(address: string): string {
  return address
    .split(".")
    .map((part) => Number(part).toString(16).padStart(2, "0"))
    .join("");
}

/** A condition (SQL): the text is an address of the span, however it is written. IPv6 is only looked at where there is a colon. */
export function isAddressIn(text: string, { from, to }: AddressSpan): string {
  return `(CASE WHEN contains(${text}, ':') THEN coalesce(${longDigits(text)} BETWEEN '${from}' AND '${to}', FALSE) ELSE ${shortIn(text, from, to)} END)`;
}

function shortIn(text: string, from: string, to: string): string {
  const low = from < `${V4_PREFIX}00000000` ? `${V4_PREFIX}00000000` : from;
  const high = to > `${V4_PREFIX}ffffffff` ? `${V4_PREFIX}ffffffff` : to;
  if (low > high) return "FALSE";
  const [first, last] = [low, high].map((digits) => Number.parseInt(digits.slice(24), 16)) as [number, number];
  if (first === last) return `(${text} = ${literal(dotted(first))})`;
  const isShort = `regexp_full_match(${text}, '${V4}')`;
  if (first === 0 && last === 0xffffffff) return isShort;
  // The octets that all have in common are looked for first.
  const [a, b] = [dotted(first).split("."), dotted(last).split(".")];
  const common = a.slice(
    0,
    a.findIndex((octet, i) => octet !== b[i]),
  );
  const quick = common.length === 0 ? "" : `starts_with(${text}, '${common.join(".")}.') AND `;
  const octet = (i: number): string => `TRY_CAST(split_part(${text}, '.', ${i}) AS BIGINT)`;
  const number = `(${octet(1)} * 16777216 + ${octet(2)} * 65536 + ${octet(3)} * 256 + ${octet(4)})`;
  return `(CASE WHEN ${quick}${isShort} THEN ${number} BETWEEN ${first} AND ${last} ELSE FALSE END)`;
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join(".");
}

/**
 * The digits of an IPv6 address; NULL for what is none. Lists of one element bind what is used more than once: without them the
 * condition would be ten times as long, and take the engine a third of a second to prepare.
 */
function longDigits(text: string): string {
  const octet = (i: number): string => `TRY_CAST(split_part(regexp_extract(b, '[0-9.]+$'), '.', ${i}) AS INTEGER)`;
  const tail = `printf('%x:%x', ${octet(1)} * 256 + ${octet(2)}, ${octet(3)} * 256 + ${octet(4)})`;
  const whole = `CASE WHEN contains(b, '.') THEN regexp_extract(b, '^(.*:)${V4}$', 1) || ${tail} ELSE b END`;
  // Between n signs there are n + 1 groups: `::` takes the place of those that are missing to eight.
  const expanded = `replace(w, '::', ':' || repeat('0:', 8 - length(w) + length(replace(w, ':', ''))))`;
  const digits = `array_to_string(list_transform(string_split(${expanded}, ':'), lambda g: lpad(g, 4, '0')), '')`;
  const isLong = `regexp_full_match(w, '[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}') AND NOT regexp_matches(w, '^:[^:]|[^:]:$|:::')`;
  const one = `list_transform(list_transform([lower(split_part(${text}, '%', 1))], lambda b: ${whole}), lambda w: CASE WHEN ${isLong} THEN ${digits} END)[1]`;
  return `list_transform([${one}], lambda d: CASE WHEN length(d) = 32 THEN d END)[1]`;
}
