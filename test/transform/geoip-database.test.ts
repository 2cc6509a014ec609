import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseAddress } from "../../src/transform/geoip-address.ts";
import { countryOf } from "../../src/transform/geoip-countries.ts";
import { bundledDatabasePath, GeoDatabase, openDatabase } from "../../src/transform/geoip-database.ts";
import { type MmdbContent, writeMmdb } from "./mmdb-writer.ts";

type Found = readonly [record: unknown, prefixLength: number] | undefined;

function find(database: GeoDatabase, text: string): Found {
  const address = parseAddress(text);
  assert.ok(address !== undefined);
  const hit = database.find(address);
  return hit === undefined ? undefined : [hit.record, hit.prefixLength];
}

describe("geo databases", () => {
  for (const recordSize of [24, 28, 32] as const) {
    it(`finds networks of both versions in a tree with ${recordSize} bits a record`, () => {
      const database = new GeoDatabase(
        writeMmdb({
          type: "Test",
          ipVersion: 6,
          recordSize,
          networks: [
            ["1.2.0.0/16", { a: 1 }],
            ["1.2.3.0/24", { a: 2 }],
            ["2001:db8:0:0:0:0:0:0/32", { a: 3 }],
            ["2001:db8:0:0:0:0:0:7/128", { a: 4 }],
          ],
        }),
      );
      assert.equal(database.type, "Test");
      assert.deepEqual(find(database, "1.2.255.1"), [{ a: 1 }, 17]);
      assert.deepEqual(find(database, "1.2.3.4"), [{ a: 2 }, 24]);
      assert.equal(find(database, "1.3.0.0"), undefined);
      assert.deepEqual(find(database, "::ffff:1.2.3.4"), [{ a: 2 }, 24]);
      assert.deepEqual((find(database, "2001:db8:ffff::") ?? [])[0], { a: 3 });
      assert.deepEqual(find(database, "2001:db8::7"), [{ a: 4 }, 128]);
      assert.equal(find(database, "2001:db9::"), undefined);
      assert.equal(find(database, "::1"), undefined);
    });
  }

  it("gives the same object for the same record", () => {
    const content: MmdbContent = { type: "T", ipVersion: 4, recordSize: 24, networks: [["10.0.0.0/8", { a: 1 }]] };
    const database = new GeoDatabase(writeMmdb(content));
    assert.equal(find(database, "10.1.2.3")?.[0], find(database, "10.3.2.1")?.[0]);
    assert.equal(find(database, "2001:db8::1"), undefined, "an IPv6 address in a tree for IPv4");
  });

  it("agrees with a search through the networks, the smallest first", () => {
    const network = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255), fc.integer({ min: 1, max: 32 }));
    fc.assert(
      fc.property(fc.array(network, { minLength: 1, maxLength: 30 }), fc.constantFrom(24, 28, 32), (given, size) => {
        const networks = given.map(([a, b, c, d, length]) => {
          const word = ((a << 24) | (b << 16) | (c << 8) | d) & (-1 << (32 - length));
          return { first: word >>> 0, length };
        });
        const sorted = [...networks].sort((a, b) => a.length - b.length);
        const dotted = (word: number): string => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join(".");
        const recordSize = size as 24 | 28 | 32;
        const database = new GeoDatabase(
          writeMmdb({
            type: "T",
            ipVersion: recordSize === 28 ? 6 : 4,
            recordSize,
            networks: sorted.map(({ first, length }, i) => [`${dotted(first)}/${length}`, { i }]),
          }),
        );
        for (const { first, length } of networks) {
          for (const word of [first, first + 2 ** (32 - length) - 1, (first + 2 ** (32 - length)) % 2 ** 32]) {
            const expected = sorted.findLastIndex(
              (one) => word >= one.first && word < one.first + 2 ** (32 - one.length),
            );
            assert.deepEqual(find(database, dotted(word))?.[0], expected < 0 ? undefined : { i: expected });
          }
        }
      }),
    );
  });

  it("refuses a file that is no database", () => {
    for (const bytes of [Buffer.from("no database"), Buffer.alloc(0), Buffer.alloc(1000)])
      assert.throws(() => new GeoDatabase(bytes));
  });

  it("finds nothing where a file is cut off", () => {
    const whole = writeMmdb({ type: "T", ipVersion: 4, recordSize: 24, networks: [["10.0.0.0/8", { a: 1 }]] });
    const metadata = whole.subarray(whole.indexOf("MaxMind.com", 0, "latin1") - 3);
    const database = new GeoDatabase(metadata);
    assert.ok(outcome(() => find(database, "200.1.2.3")));
  });

  it("reads a file once a thread", () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-geo-"));
    try {
      const path = join(folder, "a.mmdb");
      writeFileSync(path, writeMmdb({ type: "T", ipVersion: 4, recordSize: 24, networks: [["10.0.0.0/8", "a"]] }));
      assert.equal(openDatabase(path), openDatabase(path));
      assert.throws(() => openDatabase(join(folder, "b.mmdb")), /ENOENT/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("knows countries of addresses from what comes with Antler", () => {
    const database = openDatabase(bundledDatabasePath());
    assert.deepEqual(find(database, "193.0.6.139")?.[0], { country_code: "NL" });
    assert.deepEqual(find(database, "2001:67c:2e8:22::c100:68b")?.[0], { country_code: "NL" });
    for (const nowhere of ["127.0.0.1", "0.0.0.0", "::1", "fe80::1", "224.0.0.1"])
      assert.equal(find(database, nowhere), undefined, nowhere);
  });
});

/** Nothing found, or an error that the filter catches: nothing worse. */
function outcome(look: () => Found): boolean {
  try {
    return look() === undefined;
  } catch (error) {
    return error instanceof Error;
  }
}

describe("countries", () => {
  it("have a name and a continent", () => {
    assert.deepEqual(countryOf("NL"), { name: "The Netherlands", continentCode: "EU", continentName: "Europe" });
    assert.deepEqual(countryOf("US"), {
      name: "United States",
      continentCode: "NA",
      continentName: "North America",
    });
    assert.equal(countryOf("ZZ"), undefined);
  });

  it("are all that ISO 3166 has, as far as Node.js knows it", () => {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
    // Codes that are reserved, withdrawn or no countries.
    const others = "AC AN BU CP CQ CS DD DG DY EA EU EZ FX HV IC NH NT QO RH SU TA TP UK UN VD XA XB YD YU ZR ZZ".split(
      " ",
    );
    const missing = [...letters].flatMap((a) =>
      [...letters]
        .map((b) => a + b)
        .filter((code) => names.of(code) !== undefined && !others.includes(code) && countryOf(code) === undefined),
    );
    assert.deepEqual(missing, []);
  });
});
