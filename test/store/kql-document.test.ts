import assert from "node:assert/strict";
import type { ObjectValue } from "../../src/event/value.ts";
import { parseKql } from "../../src/language/kql/parser.ts";
import { documentMatcher } from "../../src/store/kql-document.ts";

const DOCUMENT: ObjectValue = {
  "@timestamp": "2026-11-23T10:15:30.500Z",
  message: "Failed password for invalid user admin",
  host: { name: "web-1", ip: ["10.0.0.7", "10.0.0.8"] },
  http: { status: 503, ok: false },
  took: "slow",
  size: "250",
  nothing: null,
  items: [
    { name: "a", n: 1 },
    { name: "b", n: 2 },
  ],
  reason: "failed to parse field [took]",
};

describe("KQL on one document", () => {
  const now = Date.UTC(2026, 10, 23, 12);
  const finds = (query: string): boolean =>
    documentMatcher(parseKql(query), { now, texts: new Set(["reason"]) })(DOCUMENT);

  const YES = [
    "",
    "took: slow",
    'took: "slow"',
    "took: SL*",
    "host.name: web-1",
    "host.name: web*",
    "host.ip: 10.0.0.8",
    "host: web-1",
    "http.status: 503",
    "http.status >= 500 and http.status < 504",
    "http.ok: false",
    "http.*: 503",
    "message: password",
    "message: (nobody or admin)",
    'message: "invalid user"',
    "message: pass*",
    "reason: parse",
    "admin",
    "503",
    "host.name: *",
    "size > 249",
    '@timestamp >= "2026-11-23T10:15"',
    "@timestamp: 2026-11-23",
    "@timestamp > now-2h",
    "items: { name: a and n: 1 }",
    "items.name: b",
    "not took: fast",
    "took: (fast or slow) and not http.ok: true",
  ];
  const NO = [
    "took: slo",
    "took: Slow",
    "host.name: web",
    "host.name: web-2",
    "http.status: 50",
    "message: passwor",
    'message: "user invalid"',
    "nothing: *",
    "absent: *",
    "took: null",
    "size > 250",
    "@timestamp < 2026-11-23",
    '@timestamp > "2026-11-23T10:15"',
    "@timestamp > now-1h",
    "items: { name: a and n: 2 }",
    "not took: slow",
    "constructor: *",
  ];
  for (const query of YES) it(`finds ${query || "(everything)"}`, () => assert.equal(finds(query), true));
  for (const query of NO) it(`does not find ${query}`, () => assert.equal(finds(query), false));
});
