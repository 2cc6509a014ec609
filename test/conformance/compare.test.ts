import assert from "node:assert/strict";
import { counts, type Score, score } from "../../scripts/conformance-compare.ts";

function compare(expected: object, actual: object | undefined, line = ""): Score {
  const result: Score = { expected: 0, equal: 0, given: 0, misses: [] };
  score("nginx", expected as Record<string, unknown>, actual as Record<string, unknown> | undefined, line, result);
  return result;
}

describe("comparing with expected documents", () => {
  it("leaves out places and networks of addresses, Filebeat's own names and the module's fields", () => {
    for (const field of ["source.geo.location.lat", "source.as.number", "service.type", "input.type", "fileset.name"])
      assert.equal(counts(field, "nginx"), false, field);
    assert.equal(counts("nginx.error.connection_id", "nginx"), false);
    for (const field of ["event.dataset", "nginxx.a", "user.asset", "log.offset"])
      assert.equal(counts(field, "nginx"), true, field);
  });

  it("counts what is missing or of another type as wrong, and what is nearly equal apart", () => {
    const result = compare(
      { "a.b": 1, "c.d": ["x"], e: "5", f: "gone", g: "x" },
      { a: { b: 1 }, c: { d: "x" }, e: 5, g: "y", more: true },
    );
    assert.deepEqual([result.expected, result.equal], [5, 1]);
    assert.deepEqual(
      result.misses.map(({ field, nearly }) => [field, nearly]),
      [
        ["c.d", "list"],
        ["e", "type"],
        ["f", undefined],
        ["g", undefined],
      ],
    );
    assert.equal(compare({ a: 1, b: 2 }, undefined).misses.length, 2);
  });

  it("compares moments, without the year only where the line has none", () => {
    const expected = { "@timestamp": "2016-12-13T11:35:28.000-02:00" };
    const equal = (time: string, line: string): boolean => compare(expected, { "@timestamp": time }, line).equal === 1;
    assert.equal(equal("2016-12-13T13:35:28.000Z", "2016"), true);
    assert.equal(equal("2016-12-13T13:35:28.000Z", "Dec 13"), true);
    assert.equal(equal("2026-12-13T13:35:28.000Z", "Dec 13 11:35:28 host"), true);
    assert.equal(equal("2026-12-13T13:35:28.000Z", "2016-12-13T11:35:28"), false);
    assert.equal(equal("2026-12-13T13:35:28.000Z", "audit(1481636128.000:1)"), false);
    assert.equal(equal("2026-12-13T13:35:29.000Z", "Dec 13 11:35:28 host"), false);
  });

  it("takes the name of a file for its path, as the expected documents do", () => {
    assert.equal(compare({ "log.file.path": "a.log" }, { log: { file: { path: "/var/log/a.log" } } }).given, 1);
    assert.equal(compare({ "log.file.path": "a.log" }, { log: { file: { path: "/var/log/b.log" } } }).equal, 0);
  });
});
