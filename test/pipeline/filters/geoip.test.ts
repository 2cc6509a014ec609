import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FieldReference } from "../../../src/event/field-reference.ts";
import { geoip } from "../../../src/pipeline/filters/geoip.ts";
import { type MmdbContent, writeMmdb } from "../../transform/mmdb-writer.ts";
import { filtered, outcome, problemsOf } from "./support.ts";

const CITY = {
  city: { names: { en: "Norwell", de: "Norwell" } },
  continent: { code: "NA", names: { en: "North America" } },
  country: { iso_code: "US", names: { en: "United States" } },
  location: { latitude: 42.1596, longitude: -70.8217, metro_code: 506, time_zone: "America/New_York" },
  postal: { code: "02061" },
  subdivisions: [
    { iso_code: "XX", names: { en: "Larger" } },
    { iso_code: "MA", names: { en: "Massachusetts" } },
  ],
};
const NOWHERE = { country: { iso_code: "US", names: { en: "United States" } } };
const AS = { autonomous_system_number: 15169, autonomous_system_organization: "Google LLC" };

describe("geoip filter", () => {
  const folder = mkdtempSync(join(tmpdir(), "antler-geoip-"));
  after(() => rmSync(folder, { recursive: true }));

  function database(type: string, networks: MmdbContent["networks"]): string {
    const path = join(folder, `${type}-${networks.length}.mmdb`);
    writeFileSync(path, writeMmdb({ type, ipVersion: 6, recordSize: 28, networks }));
    return path;
  }

  const city = database("GeoLite2-City", [
    ["93.184.216.0/24", CITY],
    ["1.1.1.0/24", NOWHERE],
  ]);
  const asn = database("GeoLite2-ASN", [["8.8.8.0/24", AS]]);
  const isp = database("GeoIP2-ISP", [["8.8.8.0/24", { ...AS, isp: "Google", organization: "Google Cloud" }]]);
  const country = database("GeoIP2-Country", [["8.8.8.0/24", CITY]]);
  const domain = database("GeoIP2-Domain", [["8.8.8.0/24", { domain: "google.com" }]]);
  const anonymous = database("GeoIP2-Anonymous-IP", [["8.8.8.0/24", { is_anonymous: true, is_tor_exit_node: true }]]);
  const enterprise = database("GeoIP2-Enterprise", [["8.8.8.0/24", { ...CITY, traits: AS }]]);
  const flat = database("city ipv4", [
    ["8.8.8.0/24", { country_code: "DE", city: "Berlin", state1: "Berlin", latitude: 52.5, longitude: 13.4 }],
  ]);

  const GEO = {
    city_name: "Norwell",
    continent_code: "NA",
    country_name: "United States",
    country_iso_code: "US",
    postal_code: "02061",
    region_name: "Massachusetts",
    region_iso_code: "US-MA",
    timezone: "America/New_York",
    location: { lat: 42.1596, lon: -70.8217 },
  };
  const google = { number: 15169, organization: { name: "Google LLC" } };

  const ecs: [name: string, file: string, options: string, address: string, expected: object][] = [
    ["a city database", city, "", "93.184.216.34", { geo: GEO, mmdb: { dma_code: 506 } }],
    ["an AS database", asn, "", "8.8.8.8", { as: google }],
    ["an ISP database", isp, "", "8.8.8.8", { as: google, mmdb: { isp: "Google", organization: "Google Cloud" } }],
    ["a domain database", domain, "", "8.8.8.8", { domain: "google.com" }],
    ["what hides an address", anonymous, "", "8.8.8.8", { ip_traits: { anonymous: true, tor_exit_node: true } }],
    [
      "a country database",
      country,
      "",
      "8.8.8.8",
      { geo: { country_iso_code: "US", country_name: "United States", continent_name: "North America" } },
    ],
    [
      "an enterprise database",
      enterprise,
      'fields => ["region_iso_code", "autonomous_system_number", "LOCATION"]',
      "8.8.8.8",
      { geo: { region_iso_code: "US-MA", location: GEO.location }, as: { number: 15169 } },
    ],
    [
      "one of another maker, with our own names of countries",
      flat,
      "",
      "8.8.8.8",
      {
        geo: {
          city_name: "Berlin",
          continent_code: "EU",
          country_name: "Germany",
          country_iso_code: "DE",
          region_name: "Berlin",
          location: { lat: 52.5, lon: 13.4 },
          continent_name: "Europe",
        },
      },
    ],
    ["the network", asn, 'fields => ["network"]', "8.8.8.8", { ip_traits: { network: "8.8.8.0/24" } }],
    [
      "longitude and latitude alone",
      city,
      'fields => ["latitude"]',
      "93.184.216.1",
      { geo: { location: { lat: 42.1596 } } },
    ],
  ];
  for (const [name, file, options, address, expected] of ecs) {
    it(`gives ${name} as ECS`, () => {
      const filter = `geoip { source => "[source][ip]" database => "${file}" ${options} }`;
      assert.deepEqual(outcome(filter, { source: { ip: address } }), { source: { ip: address, ...expected } });
    });
  }

  it("gives Logstash's older names without ECS", () => {
    const filter = `geoip { source => "ip" database => "${city}" }`;
    assert.deepEqual(outcome(filter, { ip: "93.184.216.34" }, { ecs: "disabled" }), {
      ip: "93.184.216.34",
      geoip: {
        ip: "93.184.216.34",
        city_name: "Norwell",
        continent_code: "NA",
        country_name: "United States",
        country_code2: "US",
        country_code3: "US",
        postal_code: "02061",
        dma_code: 506,
        region_name: "Massachusetts",
        region_code: "MA",
        timezone: "America/New_York",
        location: { lat: 42.1596, lon: -70.8217 },
        latitude: 42.1596,
        longitude: -70.8217,
      },
    });
  });

  it("writes the address as Java does where it goes to another place", () => {
    const filter = 'geoip { source => "message" target => "client" fields => ["ip", "continent_code"] }';
    assert.deepEqual(outcome(filter, "2001:67c:2e8:22::c100:68b"), {
      message: "2001:67c:2e8:22::c100:68b",
      client: { ip: "2001:67c:2e8:22:0:0:c100:68b", geo: { continent_code: "EU" } },
    });
  });

  it("leaves an address at its place as it is spelt", () => {
    const ip = "2001:67c:2e8:22::c100:68b";
    for (const target of ["", 'target => "source"', 'target => "[source]"']) {
      const event = filtered(`geoip { source => "[source][ip]" ${target} }`, { source: { ip } });
      assert.equal(new FieldReference("[source][ip]").get(event), ip);
      assert.equal(new FieldReference("[source][geo][country_iso_code]").get(event), "NL");
    }
  });

  it("takes the first of a list", () => {
    assert.deepEqual(
      outcome('geoip { source => "[host][ip]" fields => ["country_code2"] }', { host: { ip: ["193.0.6.139", "::1"] } }),
      { host: { ip: ["193.0.6.139", "::1"], geo: { country_iso_code: "NL" } } },
    );
  });

  it("adds to what the event has there, and shares nothing between events", () => {
    const filter =
      'geoip { source => "[source][ip]" fields => ["country_code2"] } mutate { replace => { "[source][geo][country_iso_code]" => "%{[source][geo][country_iso_code]}%{n}" } }';
    for (const [n, geo] of [
      [1, { name: "lab" }],
      [2, {}],
      [3, undefined],
      [4, undefined],
    ] as const) {
      const source = { ip: "193.0.6.139", ...(geo === undefined ? {} : { geo }) };
      assert.deepEqual(outcome(filter, { n, source }), {
        n,
        source: { ip: "193.0.6.139", geo: { ...geo, country_iso_code: `NL${n}` } },
      });
    }
  });

  const FAILED = { tags: ["_geoip_lookup_failure"] };
  const failures: [name: string, input: object, expected: object][] = [
    ["a private address", { client: { ip: "10.1.2.3" } }, { server: {}, ...FAILED }],
    ["a host name", { client: { ip: "example.com" } }, { server: {}, ...FAILED }],
    ["a blank text", { client: { ip: "  " } }, FAILED],
    ["no field", {}, FAILED],
    ["a number", { client: { ip: 8 } }, FAILED],
    ["an empty list", { client: { ip: [] } }, FAILED],
  ];
  for (const [name, input, expected] of failures) {
    it(`tags ${name}`, () => {
      const filter = 'geoip { source => "[client][ip]" target => "server" add_tag => ["found"] }';
      assert.deepEqual(outcome(filter, input as never), { ...input, ...expected });
    });
  }

  it("knows private addresses where one's own database has them", () => {
    const own = database("Offices", [["192.168.0.0/16", { country_code: "AT", city: "Wien" }]]);
    const filter = `geoip { source => "[source][ip]" fields => ["city_name"] database => "${own}" }`;
    const source = { ip: "192.168.1.1" };
    assert.deepEqual(outcome(filter, { source }), { source: { ...source, geo: { city_name: "Wien" } } });
    assert.deepEqual(outcome('geoip { source => "[source][ip]" }', { source }), { source, ...FAILED });
  });

  it("gives nothing of a city database that knows no place", () => {
    const filter = `geoip { source => "[source][ip]" database => "${city}" tag_on_failure => ["nowhere", "lost"] }`;
    assert.deepEqual(outcome(filter, { source: { ip: "1.1.1.1" } }), {
      source: { ip: "1.1.1.1" },
      tags: ["nowhere", "lost"],
    });
  });

  it("remembers no more addresses than it may, and answers the same", () => {
    const filter = 'geoip { source => "[source][ip]" cache_size => 1 fields => ["country_code2"] }';
    for (const ip of ["193.0.6.139", "8.8.8.8", "193.0.6.139"])
      assert.equal(
        new FieldReference("[source][geo][country_iso_code]").has(filtered(filter, { source: { ip } })),
        true,
      );
  });

  it("finds what is wrong with its options", () => {
    const found = (options: object): string[] =>
      problemsOf(geoip, { source: "[source][ip]", ...options }).map(
        (one) => `${one.severity ?? "error"} ${one.option}`,
      );
    assert.deepEqual(found({}), []);
    assert.deepEqual(found({ target: "[client]" }), []);
    assert.deepEqual(found({ source: "ip" }), ["error target"]);
    assert.deepEqual(found({ source: "[ip]" }), ["error target"]);
    assert.deepEqual(found({ target: "geoip" }), ["warning target"]);
    assert.deepEqual(found({ fields: ["city_name", "town"] }), ["error fields"]);
    assert.deepEqual(found({ default_database_type: "ASN" }), ["host default_database_type"]);
    assert.deepEqual(found({ default_database_type: "ASN", database: asn }), []);
    assert.deepEqual(found({ database: join(folder, "none.mmdb") }), ["host database"]);
    const broken = join(folder, "broken.mmdb");
    writeFileSync(broken, "no database");
    assert.deepEqual(found({ database: broken }), ["host database"]);
  });
});
