import { existsSync } from "node:fs";
import { FieldReference } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import { defineFilter, type EcsMode, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { fieldReference, list, number, path, text } from "../../plugin/options.ts";
import { BOOLEAN, FLOAT, INTEGER, TEXT, textShape, type ValueShape } from "../../plugin/value-shape.ts";
import { isPublicAddress, parseAddress } from "../../transform/geoip-address.ts";
import { bundledDatabasePath, type GeoDatabase, openDatabase } from "../../transform/geoip-database.ts";
import { defaultGeoFields, GEO_FIELDS, type GeoField, needsLocation } from "../../transform/geoip-fields.ts";
import { type GeoResult, GeoResultBuilder } from "../../transform/geoip-result.ts";
import { RecentCache } from "../../transform/recent-cache.ts";
import { inBrackets } from "../../transform/shared-fields.ts";

const options = {
  source: fieldReference({
    description: "Field with the address (of a list the first); host names are not resolved",
    required: true,
  }),
  target: fieldReference({
    description:
      "Field that the result goes into; default: with ECS the parent of a `source` that ends in `[ip]`, else `geoip`",
  }),
  fields: list({
    description: "What to give, by Logstash's names (`country_name`, `location`, …); default: what the database has",
  }),
  database: path({
    description: "A `.mmdb` file of MaxMind's or any other maker; default: the country database that comes with Antler",
  }),
  default_database_type: text({
    description: "Kind of the database that is taken without `database`; none with AS numbers comes with Antler",
    choices: ["City", "ASN"],
    default: "City",
  }),
  cache_size: number({
    description: "Addresses whose results are kept, per worker",
    default: 1000,
    range: [1, 10_000_000],
  }),
  lru_cache_size: number({
    description: "Old name of cache_size",
    obsolete: "removed in Logstash too, use cache_size",
  }),
  tag_on_failure: list({
    description: "Tags when the field is missing, holds no address, or the database does not know it",
    default: ["_geoip_lookup_failure"],
  }),
};

/** The ECS fields that have `geo` below them. */
const ECS_TARGETS = ["client", "destination", "host", "observer", "server", "source"];

export const geoip: FilterPlugin = defineFilter({
  name: "geoip",
  summary: "Adds where an IP address is, from a database in MaxMind's format.",
  options,
  examples: [
    {
      title: "The country of a client",
      config: 'geoip { source => "[source][ip]" }',
      given: { source: { ip: "193.0.6.139" } },
      expect: {
        "[source][ip]": "193.0.6.139",
        "[source][geo]": {
          country_iso_code: "NL",
          country_name: "The Netherlands",
          continent_code: "EU",
          continent_name: "Europe",
        },
      },
    },
    {
      title: "Some fields only, into another field",
      config: 'geoip { source => "message" target => "client" fields => ["country_code2"] }',
      given: "2001:67c:2e8:22::c100:68b",
      expect: { "[client]": { geo: { country_iso_code: "NL" } } },
    },
    {
      title: "An address that is nowhere",
      config: 'geoip { source => "[source][ip]" }',
      given: { source: { ip: "10.0.0.1" } },
      expect: { "[source][geo]": null, tags: ["_geoip_lookup_failure"] },
    },
    {
      title: "City and place, from a database of MaxMind's",
      config: 'geoip { source => "[source][ip]" database => "/usr/share/GeoIP/GeoLite2-City.mmdb" }',
    },
  ],

  check(settings, ecs) {
    const problems: OptionProblem[] = [];
    const target = settings.target ?? defaultTarget(settings.source, ecs);
    if (target === undefined) {
      problems.push({
        option: "target",
        message: "a target is needed where the source does not end in [ip]",
        help: 'name the field that is to have "geo" below it: target => "source"',
      });
    } else if (ecs !== "disabled" && !ECS_TARGETS.includes(target.replace(/^\[([^[\]]+)\]$/, "$1"))) {
      problems.push({
        option: "target",
        severity: "warning",
        message: `ECS has no geo fields below ${target}`,
        help: ECS_TARGETS.join(", "),
      });
    }
    for (const name of settings.fields ?? []) {
      if (!GEO_FIELDS.has(name.toLowerCase()))
        problems.push({
          option: "fields",
          message: `there is no field ${JSON.stringify(name)}`,
          help: [...GEO_FIELDS.keys()].join(", "),
        });
    }
    if (settings.database === undefined) {
      if (settings.default_database_type === "ASN")
        problems.push({
          option: "default_database_type",
          severity: "host",
          message: "no database with AS numbers comes with Antler",
          help: 'name a file: database => "/usr/share/GeoIP/GeoLite2-ASN.mmdb"',
        });
    } else {
      const message = databaseProblem(settings.database);
      if (message !== undefined) problems.push({ option: "database", severity: "host", message });
    }
    return problems;
  },

  shape(settings, event, ecs) {
    const target = inBrackets(settings.target ?? defaultTarget(settings.source, ecs) ?? "geoip");
    for (const field of likelyFields(settings, ecs, target)) {
      const name = ecs === "disabled" ? field.legacy : field.ecs;
      if (name === undefined) continue;
      const reference = target + inBrackets(name.split(".").join("]["));
      if (field.name === "location")
        for (const part of ["lat", "lon"]) event.set(`${reference}[${part}]`, FLOAT, "source");
      else event.set(reference, GEO_SHAPES[field.name] ?? TEXT, "source");
    }
  },

  create(settings, host) {
    const source = new FieldReference(settings.source);
    const targetText = inBrackets(settings.target ?? defaultTarget(settings.source, host.ecs) ?? "geoip");
    const target = new FieldReference(targetText);
    const database = openDatabase(settings.database ?? bundledDatabasePath());
    const fields = fieldsOf(settings, database, host.ecs, targetText);
    const isBundled = settings.database === undefined;
    const lookUp = lookUpOf(
      database,
      isBundled,
      new GeoResultBuilder(targetText, fields, host.ecs !== "disabled"),
      (error) => host.log.warn(`an address cannot be looked up, the database is damaged: ${error.message}`),
    );
    const cache = new RecentCache<string, GeoResult | typeof NOWHERE>(settings.cache_size);
    return {
      apply(event) {
        const address = addressOf(source.get(event));
        if (address !== undefined) {
          let result = cache.get(address);
          if (result === undefined) {
            result = lookUp(address);
            cache.set(address, result);
          }
          if (result !== NOWHERE) {
            result.apply(event);
            return true;
          }
          target.setIfAbsent(event, {});
        }
        for (const tag of settings.tag_on_failure) event.tag(tag);
        return false;
      },
    };
  },
});

/** Logstash's choice; undefined where it asks for a target. */
function defaultTarget(source: string, ecs: EcsMode): string | undefined {
  if (ecs === "disabled") return "geoip";
  return source.endsWith("[ip]") && source.length > 4 ? source.slice(0, -4) : undefined;
}

function databaseProblem(file: string): string | undefined {
  if (!existsSync(file)) return `there is no file ${file}`;
  try {
    openDatabase(file);
    return undefined;
  } catch (error) {
    return `${file} is no database in MaxMind's format: ${(error as Error).message}`;
  }
}

/** By default an address that stands at its place already is not written again: it would only be spelt otherwise. */
function fieldsOf(
  settings: { readonly source: string; readonly fields: readonly string[] | undefined },
  { type }: GeoDatabase,
  ecs: EcsMode,
  target: string,
): readonly GeoField[] {
  const given = settings.fields ?? [];
  const isInPlace = inBrackets(settings.source) === `${target}[ip]`;
  const names =
    given.length > 0
      ? given.map((name) => name.toLowerCase())
      : defaultGeoFields(type, ecs !== "disabled").filter((name) => !(isInPlace && name === "ip"));
  return [...new Set(names)].map((name) => GEO_FIELDS.get(name)).filter((field) => field !== undefined);
}

/** What is no text. */
const GEO_SHAPES: Readonly<Record<string, ValueShape>> = {
  ip: textShape("address"),
  latitude: FLOAT,
  longitude: FLOAT,
  dma_code: INTEGER,
  autonomous_system_number: INTEGER,
  hosting_provider: BOOLEAN,
  tor_exit_node: BOOLEAN,
  anonymous_vpn: BOOLEAN,
  anonymous: BOOLEAN,
  public_proxy: BOOLEAN,
  residential_proxy: BOOLEAN,
};
/** What the database that comes with Antler has. */
const BUNDLED_FIELDS = ["country_code2", "country_name", "continent_code", "continent_name"];

/** What a lookup gives as far as that is known without the bundled database, which is large. */
function likelyFields(
  settings: Parameters<typeof fieldsOf>[0] & { readonly database: string | undefined },
  ecs: EcsMode,
  target: string,
): readonly GeoField[] {
  if (settings.database !== undefined && databaseProblem(settings.database) === undefined)
    return fieldsOf(settings, openDatabase(settings.database), ecs, target);
  const names = settings.fields ?? (settings.database === undefined ? BUNDLED_FIELDS : []);
  return names.map((name) => GEO_FIELDS.get(name.toLowerCase())).filter((field) => field !== undefined);
}

/** Stands for an address that gives nothing. */
const NOWHERE = "nowhere";

/** Gives what an address gives. `warn` hears once of a damaged database. */
function lookUpOf(
  database: GeoDatabase,
  isBundled: boolean,
  builder: GeoResultBuilder,
  warn: (error: Error) => void,
): (text: string) => GeoResult | typeof NOWHERE {
  const place = needsLocation(database.type) ? GEO_FIELDS.get("location") : undefined;
  let warned = false;
  return (text) => {
    const address = parseAddress(text);
    // The bundled one has private networks too, as whoever registered what lies around them; one's own may have them on purpose.
    if (address === undefined || (isBundled && !isPublicAddress(address))) return NOWHERE;
    try {
      const hit = database.find(address);
      if (hit === undefined || (place !== undefined && place.read(hit, address) === undefined)) return NOWHERE;
      return builder.build(hit, address);
    } catch (error) {
      if (!warned) warn(error as Error);
      warned = true;
      return NOWHERE;
    }
  };
}

function addressOf(value: Value | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return typeof text === "string" && text.trim() !== "" ? text : undefined;
}
