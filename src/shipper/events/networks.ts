import { NetworkList } from "../../transform/network-list.ts";

/** Networks by the names that Beats' condition `network` knows. Sources: RFC 1918, 4193, 4291, 5771, 3927. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1"],
  multicast: ["224.0.0.0/4", "ff00::/8"],
  interface_local_multicast: ["ff01::/16", "ff11::/16", "ff21::/16", "ff31::/16"],
  link_local_unicast: ["169.254.0.0/16", "fe80::/10"],
  link_local_multicast: ["224.0.0.0/24", "ff02::/16", "ff12::/16"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8"],
  unspecified: ["0.0.0.0", "::"],
};
const BROADCAST = "255.255.255.255";

type AddressTest = (address: string) => boolean;

/** Whether an address is in one of `networks`, CIDR or names; a text: what is wrong with them. */
export function networkTest(networks: readonly string[]): AddressTest | string {
  const tests: AddressTest[] = [];
  const plain: string[] = [];
  for (const network of networks) {
    const named = namedTest(network);
    if (named === undefined) plain.push(network);
    else tests.push(named);
  }
  const list = new NetworkList(plain);
  if (list.invalid.length > 0)
    return `"${list.invalid[0]}" is no network; such as 10.0.0.0/8, or ${[...Object.keys(NAMED), "public", "unicast", "global_unicast"].join(", ")}`;
  if (plain.length > 0) tests.push((address) => list.includes(address) === true);
  return (address) => tests.some((test) => test(address));
}

function namedTest(name: string): AddressTest | undefined {
  if (Object.hasOwn(NAMED, name)) return within(NAMED[name] as readonly string[]);
  if (name === "unicast" || name === "global_unicast")
    return outside(["loopback", "multicast", "link_local_unicast", "unspecified"]);
  if (name === "public") return outside(["private", "loopback", "multicast", "link_local_unicast", "unspecified"]);
  return undefined;
}

function within(networks: readonly string[]): AddressTest {
  const list = new NetworkList(networks);
  return (address) => list.includes(address) === true;
}

function outside(names: readonly string[]): AddressTest {
  const list = new NetworkList([BROADCAST, ...names.flatMap((name) => NAMED[name] as readonly string[])]);
  return (address) => list.includes(address) === false;
}
