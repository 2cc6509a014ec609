import { isTree, type ObjectValue, type Value } from "../../../event/value.ts";
import { row } from "../../config/settings.ts";
import { copyOf, getField, mergeInto, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import type { ProcessorHost } from "./host.ts";

/** What the distribution's names are in ECS. */
const FAMILIES: Readonly<Record<string, string>> = {
  debian: "debian",
  ubuntu: "debian",
  linuxmint: "debian",
  raspbian: "debian",
  fedora: "redhat",
  rhel: "redhat",
  centos: "redhat",
  rocky: "redhat",
  almalinux: "redhat",
  ol: "redhat",
  amzn: "redhat",
  sles: "suse",
  suse: "suse",
  opensuse: "suse",
  "opensuse-leap": "suse",
  "opensuse-tumbleweed": "suse",
  arch: "arch",
  alpine: "alpine",
};
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64", ia32: "x86" };

/** `host.*`: name, OS, architecture, machine id, addresses. Source: Filebeat's reference, "Add Host metadata". */
export const addHostMetadata: ProcessorDefinition = {
  name: "add_host_metadata",
  options: {
    "netinfo.enabled": row("boolean", true, "add IP and MAC addresses"),
    "cache.ttl": row("duration", "5m", "how long what was found is used"),
    "geo.name": row("text", undefined, "name of the place"),
    "geo.location": row("text", undefined, "latitude, longitude"),
    "geo.continent_name": row("text", undefined, "continent"),
    "geo.country_name": row("text", undefined, "country"),
    "geo.country_iso_code": row("text", undefined, "ISO code of the country"),
    "geo.region_name": row("text", undefined, "region"),
    "geo.region_iso_code": row("text", undefined, "ISO code of the region"),
    "geo.city_name": row("text", undefined, "city"),
    replace_fields: row("boolean", true, "false: an event that has a field host.* besides host.name keeps its own"),
  },
  required: [],
  make(settings, { host }) {
    const network = settings.boolean("netinfo.enabled");
    const ttl = settings.duration("cache.ttl");
    const replace = settings.boolean("replace_fields");
    const geo: ObjectValue = {};
    for (const name of ["name", "location", "continent_name", "country_name", "country_iso_code", "region_name"])
      setGeo(name);
    for (const name of ["region_iso_code", "city_name"]) setGeo(name);
    function setGeo(name: string): void {
      const value = settings.optional(`geo.${name}`);
      if (value !== undefined) geo[name] = value;
    }
    let known: ObjectValue = {};
    let until = Number.NEGATIVE_INFINITY;
    return {
      reads: ["host"],
      run(event) {
        const there = getField(event, "host");
        if (!replace && isTree(there) && Object.keys(there).some((key) => key !== "name")) return true;
        const now = host.now();
        if (now >= until) {
          known = hostFields(host, network);
          if (Object.keys(geo).length > 0) known["geo"] = geo;
          until = now + ttl;
        }
        if (isTree(there)) mergeInto(there as ObjectValue, known, true);
        else putField(event, "host", copyOf(known));
        return true;
      },
    };
  },
};

function hostFields(host: ProcessorHost, network: boolean): ObjectValue {
  const name = host.hostname();
  const id = host.readFile("/etc/machine-id") ?? host.readFile("/var/lib/dbus/machine-id");
  const fields: ObjectValue = {
    name: name.toLowerCase(),
    hostname: name,
    architecture: ARCHITECTURES[host.arch()] ?? host.arch(),
    os: operatingSystem(host),
    containerized: /docker|kubepods|containerd|lxc/.test(host.readFile("/proc/1/cgroup") ?? ""),
  };
  if (id !== undefined && id.trim() !== "") fields["id"] = id.trim();
  return network ? { ...fields, ...addresses(host) } : fields;
}

function operatingSystem(host: ProcessorHost): ObjectValue {
  const kernel = host.kernel();
  if (host.platform !== "linux") {
    const type = host.platform === "darwin" ? "macos" : host.platform === "win32" ? "windows" : host.platform;
    return { type, platform: host.platform === "win32" ? "windows" : host.platform, family: type, kernel };
  }
  const release = releaseOf(host.readFile("/etc/os-release") ?? host.readFile("/usr/lib/os-release") ?? "");
  const platform = release["ID"] ?? "linux";
  const family = [platform, ...(release["ID_LIKE"] ?? "").split(" ")].map((id) => FAMILIES[id]).find(Boolean);
  const os: Record<string, Value | undefined> = {
    type: "linux",
    platform,
    name: release["NAME"],
    version: release["VERSION"] ?? release["VERSION_ID"],
    codename: release["VERSION_CODENAME"],
    family,
    kernel,
  };
  return Object.fromEntries(Object.entries(os).filter(([, value]) => value !== undefined)) as ObjectValue;
}

/** os-release: `NAME="value"` lines. Source: man os-release(5). */
function releaseOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\n]*))$/gm)].map(([, key, a, b, c]) => [
      key,
      a ?? b ?? c,
    ]),
  ) as Record<string, string>;
}

/** Addresses of the interfaces that are not loopback; MACs as in ECS: upper case with dashes. */
function addresses(host: ProcessorHost): ObjectValue {
  const all = Object.values(host.interfaces()).flatMap((list) => (list ?? []).filter(({ internal }) => !internal));
  const macs = all.map(({ mac }) => mac.toUpperCase().replaceAll(":", "-")).filter((mac) => /[1-9A-F]/.test(mac));
  return { ip: [...new Set(all.map(({ address }) => address))], mac: [...new Set(macs)].sort() };
}
