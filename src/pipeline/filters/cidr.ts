import { readFileSync } from "node:fs";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { fieldReference, list, number, path, text } from "../../plugin/options.ts";
import { NetworkList } from "../../transform/network-list.ts";
import { RecentCache } from "../../transform/recent-cache.ts";

const options = {
  address: list({ description: "Addresses to look for, such as `%{[source][ip]}`", default: [] }),
  address_field: fieldReference({ description: "Field with an address, or a list of such, in place of `address`" }),
  network: list({
    description: "Networks, such as `192.0.2.0/24`; with `%{…}` places, several with commas",
    default: [],
  }),
  network_path: path({ description: "File with networks in place of `network`" }),
  refresh_interval: number({ description: "Seconds between looks at the file", default: 600 }),
  separator: text({ description: "What stands between networks in the file", default: "\n" }),
};

/** Filled-in lists of networks kept. */
const LISTS_KEPT = 1000;

export const cidr: FilterPlugin = defineFilter({
  name: "cidr",
  summary: "Applies `add_tag` and the like to events that have an address in one of some networks.",
  options,
  examples: [
    {
      title: "From inside",
      config: 'cidr { address => ["%{[source][ip]}"] network => ["10.0.0.0/8", "fd00::/8"] add_tag => ["internal"] }',
      given: { source: { ip: "10.1.2.3" } },
      expect: { tags: ["internal"] },
    },
    {
      title: "Not from there",
      config: 'cidr { address_field => "ip" network => ["10.0.0.0/8"] add_tag => ["internal"] }',
      given: { ip: "192.0.2.1" },
      expect: { tags: null },
    },
  ],
  check(settings) {
    const problems: OptionProblem[] = [];
    const { network, network_path, address, address_field } = settings;
    if (network.length > 0 && network_path !== undefined)
      problems.push({ option: "network_path", message: "network and network_path exclude each other" });
    if (address.length > 0 && address_field !== undefined)
      problems.push({ option: "address_field", message: "address and address_field exclude each other" });
    if (address.length === 0 && address_field === undefined)
      problems.push({ option: "address", message: "there is no address to look for" });
    for (const one of network.filter((text) => !text.includes("%{"))) {
      const [bad] = new NetworkList(one.split(",")).invalid;
      if (bad !== undefined) problems.push({ option: "network", message: `${bad} is no network` });
    }
    if (network_path !== undefined) {
      try {
        readFileSync(network_path);
      } catch (error) {
        problems.push({ option: "network_path", message: (error as Error).message, severity: "host" });
      }
    }
    return problems;
  },
  sets: () => [],

  create(settings, host) {
    const templates = settings.address.map((template) => compileSprintf(template, host.now));
    const field = settings.address_field === undefined ? undefined : new FieldReference(settings.address_field);
    const written = settings.network.map((template) => compileSprintf(template, host.now));
    const constant = written.every(({ isConstant }) => isConstant)
      ? new NetworkList(splitLists(settings.network))
      : undefined;
    const lists = new RecentCache<string, NetworkList>(LISTS_KEPT);
    let fromFile = readList();
    let nextLook = host.now() + settings.refresh_interval * 1000;

    function readList(): NetworkList | undefined {
      if (settings.network_path === undefined) return undefined;
      const found = new NetworkList(readFileSync(settings.network_path, "utf8").split(settings.separator));
      const { invalid } = found;
      if (invalid.length > 0)
        host.log.warn("a file of networks has lines that are none; they are passed over", {
          path: settings.network_path,
          first: invalid[0],
          count: invalid.length,
        });
      return found;
    }

    function networks(event: Event): NetworkList {
      if (fromFile !== undefined) {
        if (host.now() >= nextLook) {
          nextLook = host.now() + settings.refresh_interval * 1000;
          try {
            fromFile = readList() as NetworkList;
          } catch (error) {
            host.log.warn("the file of networks cannot be read; the ones known stay", {
              reason: (error as Error).message,
            });
          }
        }
        return fromFile;
      }
      if (constant !== undefined) return constant;
      const texts = written.map((write) => write(event));
      const key = texts.join(",");
      let list = lists.get(key);
      if (list === undefined) {
        list = new NetworkList(splitLists(texts));
        lists.set(key, list);
      }
      return list;
    }

    function addresses(event: Event): string[] {
      if (field === undefined) return templates.map((write) => write(event));
      const value = field.get(event);
      return (Array.isArray(value) ? (value as Value[]) : [value]).filter(
        (one): one is string => typeof one === "string",
      );
    }

    return {
      apply(event) {
        const list = networks(event);
        return addresses(event).some((address) => list.includes(address.trim()) === true);
      },
    };
  },
});

function splitLists(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(","));
}
