import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import type { StoredTree } from "../../../src/event/value.ts";
import { fingerprint } from "../../../src/pipeline/filters/fingerprint.ts";
import { runFilters } from "../../support/run-filters.ts";
import { filtered, problemsOf } from "./support.ts";

const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex");

function made(options: string, given: StoredTree, before = ""): unknown {
  const event = runFilters(`filter { ${before} fingerprint { target => "f" ${options} } }`, [given])[0];
  return event?.toObject()["f"];
}

describe("fingerprint filter", () => {
  // What is hashed, by Logstash's documentation and Ruby's to_s.
  const texts: [string, string, StoredTree, string][] = [
    ["a text", 'source => "a"', { a: "ü" }, "ü"],
    ["a number", 'source => "a"', { a: 12.5 }, "12.5"],
    ["a small fraction as Ruby writes it", 'source => "a"', { a: 0.00001 }, "1.0e-05"],
    ["null", 'source => "a"', { a: null }, ""],
    ["true", 'source => "a"', { a: true }, "true"],
    ["an object, its names sorted", 'source => "a"', { a: { c: [1, null], b: "x" } }, '{"b"=>"x", "c"=>[1, nil]}'],
    ["the last of several sources", 'source => ["a", "b"]', { a: "1", b: "2" }, "2"],
    ["the last source that is there", 'source => ["a", "b"]', { a: "1" }, "1"],
    [
      "sources by name, those missing empty",
      'source => ["b", "no", "[a][x]"] concatenate_sources => true',
      { b: [1], a: { x: "y" } },
      "|[a][x]|y|b|[1]|no||",
    ],
    [
      "the whole event but @metadata",
      "concatenate_all_fields => true",
      { b: 1, a: { d: 2, c: "x" }, "@timestamp": "2026-01-02T03:04:05.000Z", "@metadata": { no: 1 } },
      '|@timestamp|2026-01-02T03:04:05.000Z|a|{"c"=>"x", "d"=>2}|b|1|',
    ],
  ];
  for (const [name, options, given, text] of texts)
    it(`hashes ${name}`, () => assert.equal(made(options, given), sha1(text)));

  it("hashes a whole number that was made a float as one, and leaves it one", () => {
    const before = 'mutate { convert => { "a" => "float" } }';
    assert.equal(made('source => "a"', { a: "3" }, before), sha1("3.0"));
    assert.equal(made('source => "a" concatenate_sources => true', { a: ["3"] }, before), sha1("|a|[3.0]|"));
    const later = 'mutate { add_field => { "after" => "%{a}" } }';
    const config = `filter { ${before} fingerprint { source => "a" } ${later} }`;
    assert.equal(runFilters(config, [{ a: "3" }])[0]?.toObject()["after"], "3.0");
  });

  it("does not hash what a filter removed", () => {
    const before = 'mutate { remove_field => ["b", "@timestamp"] }';
    assert.equal(made("concatenate_all_fields => true", { a: 1, b: 2 }, before), sha1("|a|1|"));
  });

  it("makes a list of a list", () => {
    assert.deepEqual(made('source => "a"', { a: ["x", null, { b: 1 }] }), [sha1("x"), sha1(""), sha1('{"b"=>1}')]);
  });

  for (const method of ["MD5", "SHA1", "SHA256", "SHA384", "SHA512"]) {
    it(`${method}: plain, keyed, in base64`, () => {
      const options = `source => "a" method => "${method}"`;
      const given = { a: "text" };
      const name = method.toLowerCase();
      assert.equal(made(options, given), createHash(name).update("text").digest("hex"));
      assert.equal(made(`${options} key => "k"`, given), createHmac(name, "k").update("text").digest("hex"));
      const base64 = createHmac(name, "k").update("text").digest("base64");
      assert.equal(made(`${options} key => "k" base64encode => true`, given), base64);
    });
  }

  // Of the reference implementation's test vectors (SMHasher) and of others' documentation.
  it("MURMUR3 of texts", () => {
    assert.equal(made('source => "a" method => "MURMUR3"', { a: "" }), 0);
    assert.equal(made('source => "a" method => "MURMUR3"', { a: "hello" }), 0x248bfa47);
    assert.equal(made('source => "a" method => "MURMUR3"', { a: "hello, world" }), 0x149bbb7f);
  });

  it("MURMUR3 and MURMUR3_128 tell a number from its text, and 3.0 from 3", () => {
    for (const method of ["MURMUR3", "MURMUR3_128"]) {
      const options = `source => "a" method => "${method}"`;
      const float = made(options, { a: "3" }, 'mutate { convert => { "a" => "float" } }');
      assert.equal(float, made(options, { a: "3.0" }));
      assert.equal(new Set([made(options, { a: 3 }), made(options, { a: "3" }), float]).size, 3);
    }
  });

  const networks: [string, string, string][] = [
    ["24", "192.0.2.17", "192.0.2.0"],
    ["0", "192.0.2.17", "0.0.0.0"],
    ["32", "192.0.2.17", "192.0.2.17"],
    ["9", "10.255.1.1", "10.128.0.0"],
    ["no number", "192.0.2.17", "0.0.0.0"],
  ];
  for (const [key, address, network] of networks) {
    it(`IPV4_NETWORK: ${key} bits of ${address}`, () => {
      assert.equal(made(`source => "a" method => "IPV4_NETWORK" key => "${key}"`, { a: address }), network);
    });
  }

  it("tags what is no address", () => {
    const event = filtered('fingerprint { source => "a" method => "IPV4_NETWORK" key => "8" }', { a: "300.1.1.1" });
    assert.deepEqual(event.toObject()["tags"], ["_fingerprintfailure"]);
  });

  it("UUID: a random one each time, without any source", () => {
    const one = made('method => "UUID"', {});
    assert.match(String(one), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(made('method => "UUID"', {}), one);
  });

  it("PUNCTUATION: of the source whose name is last", () => {
    assert.equal(made('source => ["b", "a"] method => "PUNCTUATION"', { a: "1-2", b: "ü+, «x»\n" }), "+,«»");
  });

  it("has its field by ECS", () => {
    const config = "filter { fingerprint { } }";
    assert.deepEqual(runFilters(config, ["x"])[0]?.toObject()["event"], { hash: sha1("x") });
    assert.equal(runFilters(config, ["x"], { ecs: "disabled" })[0]?.toObject()["fingerprint"], sha1("x"));
  });

  it("needs the bits of IPV4_NETWORK", () => {
    assert.equal(problemsOf(fingerprint, { method: "IPV4_NETWORK" }).length, 1);
  });
});
