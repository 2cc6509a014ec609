import type { ObjectValue, Value } from "../event/value.ts";
import type { Address } from "./geoip-address.ts";
import { type Country, countryOf } from "./geoip-countries.ts";
import type { GeoHit, GeoRecord } from "./geoip-database.ts";

/** One thing that a look-up can give, with Logstash's names for it. */
export interface GeoField {
  /** As in the option `fields`. */
  readonly name: string;
  /** Below the target without ECS. */
  readonly legacy: string;
  /** Below the target with ECS, dotted; undefined: not had there. */
  readonly ecs: string | undefined;
  /** It is about the address rather than the record, so it differs between addresses of one record. */
  readonly ofAddress?: boolean;
  /** Undefined where the database has no such thing. */
  read(hit: GeoHit, address: Address): Value | undefined;
}

type Path = readonly (string | number)[];

/** The value at the first of the paths that leads to a text, number or boolean. -1 stands for an array's last item. */
function scalar(...paths: readonly Path[]): GeoField["read"] {
  return ({ record }) => {
    for (const path of paths) {
      const value = dig(record, path);
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
    }
    return undefined;
  };
}

function dig(record: GeoRecord, path: Path): unknown {
  let node: unknown = record;
  for (const step of path) {
    if (typeof node !== "object" || node === null) return undefined;
    node = Array.isArray(node) ? node.at(step as number) : (node as Record<string, unknown>)[step];
  }
  return node;
}

const readCountryCode = scalar(["country", "iso_code"], ["country_code"]);

/** What our own table says of the country, for databases that have its code only. */
function ofCountry(key: keyof Country, read: GeoField["read"]): GeoField["read"] {
  return (hit, address) => {
    const own = read(hit, address);
    if (own !== undefined) return own;
    const code = readCountryCode(hit, address);
    return typeof code === "string" ? countryOf(code)?.[key] : undefined;
  };
}

const readLatitude = scalar(["location", "latitude"], ["latitude"]);
const readLongitude = scalar(["location", "longitude"], ["longitude"]);
const readRegionCode = scalar(["subdivisions", -1, "iso_code"]);

function readLocation(hit: GeoHit, address: Address): ObjectValue | undefined {
  const lat = readLatitude(hit, address);
  const lon = readLongitude(hit, address);
  return typeof lat === "number" && typeof lon === "number" ? { lat, lon } : undefined;
}

function readRegionIsoCode(hit: GeoHit, address: Address): string | undefined {
  const country = readCountryCode(hit, address);
  const region = readRegionCode(hit, address);
  return country === undefined || region === undefined ? undefined : `${String(country)}-${String(region)}`;
}

/** The network of an address in CIDR notation, host bits zero. */
function readNetwork({ prefixLength }: GeoHit, { version, text }: Address): string {
  const [size, base, separator] = version === 4 ? [8, 10, "."] : [16, 16, ":"];
  const groups = text.split(separator).map((group, i) => {
    const kept = Math.min(size, Math.max(0, prefixLength - i * size));
    const value = Number.parseInt(group, base);
    return (value - (value % 2 ** (size - kept))).toString(base);
  });
  return `${groups.join(separator)}/${prefixLength}`;
}

const trait = (name: string): GeoField["read"] => scalar([name], ["traits", name]);

type Row = [name: string, legacy: string, ecs: string | undefined, read: GeoField["read"], ofAddress?: true];

// Paths are those of MaxMind's databases; single names those of flat ones (ip-location-db).
const ROWS: readonly Row[] = [
  ["ip", "ip", "ip", (_, { text }) => text, true],
  ["country_code2", "country_code2", "geo.country_iso_code", readCountryCode],
  ["country_code3", "country_code3", undefined, readCountryCode],
  ["country_name", "country_name", "geo.country_name", ofCountry("name", scalar(["country", "names", "en"]))],
  ["continent_code", "continent_code", "geo.continent_code", ofCountry("continentCode", scalar(["continent", "code"]))],
  [
    "continent_name",
    "continent_name",
    "geo.continent_name",
    ofCountry("continentName", scalar(["continent", "names", "en"])),
  ],
  ["city_name", "city_name", "geo.city_name", scalar(["city", "names", "en"], ["city"])],
  ["region_name", "region_name", "geo.region_name", scalar(["subdivisions", -1, "names", "en"], ["state1"])],
  ["region_code", "region_code", "geo.region_code", readRegionCode],
  ["region_iso_code", "region_iso_code", "geo.region_iso_code", readRegionIsoCode],
  ["postal_code", "postal_code", "geo.postal_code", scalar(["postal", "code"], ["postcode"])],
  ["timezone", "timezone", "geo.timezone", scalar(["location", "time_zone"], ["timezone"])],
  ["location", "location", "geo.location", readLocation],
  ["latitude", "latitude", "geo.location.lat", readLatitude],
  ["longitude", "longitude", "geo.location.lon", readLongitude],
  ["dma_code", "dma_code", "mmdb.dma_code", scalar(["location", "metro_code"])],
  ["autonomous_system_number", "asn", "as.number", trait("autonomous_system_number")],
  ["autonomous_system_organization", "as_org", "as.organization.name", trait("autonomous_system_organization")],
  ["isp", "isp", "mmdb.isp", trait("isp")],
  ["organization", "organization", "mmdb.organization", trait("organization")],
  ["domain", "domain", "domain", trait("domain")],
  ["network", "network", "ip_traits.network", readNetwork, true],
  ["hosting_provider", "hosting_provider", "ip_traits.hosting_provider", trait("is_hosting_provider")],
  ["tor_exit_node", "tor_exit_node", "ip_traits.tor_exit_node", trait("is_tor_exit_node")],
  ["anonymous_vpn", "anonymous_vpn", "ip_traits.anonymous_vpn", trait("is_anonymous_vpn")],
  ["anonymous", "anonymous", "ip_traits.anonymous", trait("is_anonymous")],
  ["public_proxy", "public_proxy", "ip_traits.public_proxy", trait("is_public_proxy")],
  ["residential_proxy", "residential_proxy", "ip_traits.residential_proxy", trait("is_residential_proxy")],
];

/** All fields by name. */
export const GEO_FIELDS: ReadonlyMap<string, GeoField> = new Map(
  ROWS.map(([name, legacy, ecs, read, ofAddress = false]) => [name, { name, legacy, ecs, read, ofAddress }]),
);

const COUNTRY = ["ip", "country_code2", "country_name", "continent_name"];
const ASN = ["ip", "autonomous_system_number", "autonomous_system_organization"];
const CITY = [
  ...["ip", "city_name", "continent_code", "country_name", "country_code2", "country_code3", "postal_code", "dma_code"],
  ...["region_name", "timezone", "location", "latitude", "longitude"],
];

/** Fields given when none are named, by a part of the type of MaxMind's databases. */
const DEFAULTS: readonly (readonly [part: string, names: readonly string[]])[] = [
  ["City", CITY],
  ["Country", COUNTRY],
  ["Domain", ["domain"]],
  ["ASN", ASN],
  ["ISP", [...ASN, "isp", "organization"]],
  ["Enterprise", [...COUNTRY, "region_iso_code", "region_name", "city_name", "location"]],
  [
    "Anonymous-IP",
    ["hosting_provider", "tor_exit_node", "anonymous_vpn", "anonymous", "public_proxy", "residential_proxy"],
  ],
];

/** Whether a database of this type is to give nothing where it knows no place: Logstash's rule for cities. */
export function needsLocation(databaseType: string): boolean {
  return /^Geo(?:Lite|IP)2-.*City/.test(databaseType);
}

/** Names of the fields that a database gives by default: Logstash's for MaxMind's, else whatever there is of place and network operator. */
export function defaultGeoFields(databaseType: string, ecs: boolean): readonly string[] {
  const known = DEFAULTS.find(([part]) => databaseType.includes(part))?.[1];
  const names = known ?? [...CITY, "continent_name", ...ASN.slice(1)];
  if (known !== undefined && known !== CITY) return names;
  return [...names, ecs ? "region_iso_code" : "region_code"];
}
