import { BlockList, isIP } from "node:net";

/** Networks of IPv4 and IPv6 addresses, read once. */
export class NetworkList {
  readonly #blocks = new BlockList();
  /** What was no network. */
  readonly invalid: readonly string[];

  /** `networks`: such as `192.0.2.0/24`, `fe80::/64`, or an address alone. */
  constructor(networks: readonly string[]) {
    this.invalid = networks.map((text) => text.trim()).filter((text) => text !== "" && !this.#add(text));
  }

  #add(network: string): boolean {
    const [address = "", bits, ...rest] = network.split("/");
    const family = isIP(address);
    if (family === 0 || rest.length > 0) return false;
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : maskBits(bits);
    if (prefix === undefined || prefix > most) return false;
    this.#blocks.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
    return true;
  }

  /** undefined: `address` is none. */
  includes(address: string): boolean | undefined {
    const family = isIP(address);
    return family === 0 ? undefined : this.#blocks.check(address, family === 4 ? "ipv4" : "ipv6");
  }
}

/** `24`, or `255.255.255.0`. */
function maskBits(text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  if (isIP(text) !== 4) return undefined;
  const bits = text
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");
  return /^1*0*$/.test(bits) ? bits.lastIndexOf("1") + 1 : undefined;
}
