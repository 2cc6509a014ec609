import type { RubyObject } from "../opal-realm.ts";

/** `IPAddr`. Runs inside the realm: refers to its parameters only. */
export function installAddresses(opal: RubyObject): void {
  const { nil, Kernel } = opal as { nil: RubyObject; Kernel: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const define = (
    to: RubyObject,
    names: string | string[],
    body: (self: RubyObject, ...given: never[]) => unknown,
  ): void => {
    for (const name of [names].flat())
      opal["def"](to, `$${name}`, function method(this: RubyObject, ...given: never[]): unknown {
        return body(this, ...given);
      });
  };

  // ---- IPAddr
  const Address = opal["klass"](root, root, "IPAddr") as RubyObject;
  const AddressError = opal["klass"](Address, constant("ArgumentError"), "Error") as RubyObject;
  const InvalidAddress = opal["klass"](Address, AddressError, "InvalidAddressError") as RubyObject;
  opal["klass"](Address, InvalidAddress, "InvalidPrefixError");
  opal["send"](Address, "include", [constant("Comparable")], null);
  const bad = (text: string): never => Kernel["$raise"](InvalidAddress, `invalid address: ${text}`) as never;
  const version4 = (text: string): bigint | undefined => {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
    if (match === null || match.slice(1).some((part) => Number(part) > 255 || /^0\d/.test(part))) return undefined;
    return match.slice(1).reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  };
  const version6 = (text: string): bigint | undefined => {
    const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
    let words = text;
    if (tail !== null) {
      const low = version4(tail[2] as string);
      if (low === undefined) return undefined;
      words = `${tail[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
    }
    const halves = words.split("::");
    if (halves.length > 2) return undefined;
    const [head, rest] = halves.map((half) => (half === "" ? [] : half.split(":"))) as [string[], string[] | undefined];
    const missing = 8 - head.length - (rest?.length ?? 0);
    if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
    const all = [...head, ...(rest === undefined ? [] : [...Array(missing).fill("0"), ...rest])];
    if (all.some((word) => !/^[0-9a-f]{1,4}$/i.test(word))) return undefined;
    return all.reduce((sum, word) => sum * 65536n + BigInt(`0x${word}`), 0n);
  };
  const masked = (self: RubyObject): RubyObject => {
    const shift = BigInt((self["v6"] ? 128 : 32) - self["bits"]);
    self["number"] = ((self["number"] as bigint) >> shift) << shift;
    return self;
  };
  const written = (number: bigint, v6: boolean): string => {
    if (!v6) return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join(".");
    const words = Array.from({ length: 8 }, (_, i) => ((number >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
    const text = words.join(":");
    const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
    const longest = runs[0];
    if (longest === undefined) return text;
    const before = text.slice(0, longest.index);
    const after = text.slice(longest.index + longest[0].length);
    return `${before}::${after.replace(/^:/, "")}`;
  };
  const read = (self: RubyObject, given: RubyObject | string | number): RubyObject => {
    if (typeof given === "number") {
      [self["number"], self["v6"], self["bits"]] = [BigInt(given), false, 32];
      return self;
    }
    const text = String(given).trim();
    const [address = "", prefix] = text.split("/");
    const plain = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
    const four = version4(plain);
    const number = four ?? version6(plain) ?? bad(text);
    self["v6"] = four === undefined;
    self["number"] = number;
    const most = self["v6"] ? 128 : 32;
    if (prefix === undefined) self["bits"] = most;
    else if (/^\d+$/.test(prefix)) self["bits"] = Number(prefix);
    else {
      const mask = version4(prefix) ?? bad(text);
      self["bits"] = mask.toString(2).padStart(32, "0").replace(/0+$/, "").length;
    }
    if (self["bits"] > most) return bad(text);
    return masked(self);
  };
  define(Address, "initialize", (self, given: never) => {
    read(self, given);
    return nil;
  });
  const other = (given: unknown): RubyObject =>
    typeof (given as RubyObject)["number"] === "bigint"
      ? (given as RubyObject)
      : read(Address["$allocate"]() as RubyObject, given as string);
  const within = (self: RubyObject, given: unknown): boolean => {
    const one = other(given);
    if (one["v6"] !== self["v6"] || one["bits"] < self["bits"]) return false;
    const shift = BigInt((self["v6"] ? 128 : 32) - self["bits"]);
    return (one["number"] as bigint) >> shift === (self["number"] as bigint) >> shift;
  };
  define(Address, ["include?", "===", "member?"], (self, given: never) => within(self, given));
  define(Address, "to_s", (self) => written(self["number"], self["v6"]));
  define(Address, "to_string", (self) =>
    self["v6"]
      ? Array.from({ length: 8 }, (_, i) =>
          (((self["number"] as bigint) >> BigInt(112 - 16 * i)) & 0xffffn).toString(16).padStart(4, "0"),
        ).join(":")
      : written(self["number"], false),
  );
  define(
    Address,
    "inspect",
    (self) => `#<IPAddr: ${self["v6"] ? "IPv6" : "IPv4"}:${written(self["number"], self["v6"])}/${self["bits"]}>`,
  );
  define(Address, "to_i", (self) => Number(self["number"]));
  define(Address, "prefix", (self) => self["bits"]);
  define(Address, "ipv4?", (self) => !self["v6"]);
  define(Address, "ipv6?", (self) => self["v6"]);
  define(Address, "family", (self) => (self["v6"] ? 10 : 2));
  define(
    Address,
    "==",
    (self, given: never) => other(given)["number"] === self["number"] && other(given)["v6"] === self["v6"],
  );
  define(Address, "eql?", (self, given: never) => other(given)["number"] === self["number"]);
  define(Address, "hash", (self) => `IPAddr:${self["number"]}/${self["bits"]}`);
  define(Address, "<=>", (self, given: never) => {
    const difference = (self["number"] as bigint) - (other(given)["number"] as bigint);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  });
  define(Address, "mask", (self, bits: never) => {
    const made = Address["$allocate"]() as RubyObject;
    [made["number"], made["v6"]] = [self["number"], self["v6"]];
    made["bits"] =
      typeof bits === "number" ? bits : read(Address["$allocate"]() as RubyObject, `0.0.0.0/${bits}`)["bits"];
    return masked(made);
  });
  const inAny = (self: RubyObject, networks: readonly string[]): boolean =>
    networks.some((network) => within(other(network), self));
  define(Address, "private?", (self) => inAny(self, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]));
  define(Address, "loopback?", (self) => inAny(self, ["127.0.0.0/8", "::1"]));
  define(Address, "link_local?", (self) => inAny(self, ["169.254.0.0/16", "fe80::/10"]));
}
