import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { ObjectValue } from "../../../../src/event/value.ts";
import { PROCESSORS } from "../../../../src/shipper/events/processors/list.ts";
import { processors } from "./run-processors.ts";

/** One of each, over fields with the names of `KEYS`. */
const ALL = `
- add_fields: { target: a.b, fields: { c: 1, d.e: x } }
- add_labels: { labels: { c: { d: 1 } } }
- add_tags: { tags: [x], target: a.c }
- add_locale: ~
- add_host_metadata: ~
- add_cloud_metadata: ~
- add_docker_metadata: ~
- add_kubernetes_metadata: ~
- add_process_metadata: { match_pids: [a, b.c] }
- convert: { fields: [{ from: a, to: b.c, type: integer }, { from: c, type: boolean }] }
- copy_fields: { fields: [{ from: a.b, to: c.a }, { from: b, to: a.d }] }
- decode_base64_field: { field: { from: message, to: b.d } }
- decode_json_fields: { fields: [message, a], target: "", overwrite_keys: true, expand_keys: true, max_depth: 3, document_id: b }
- dissect: { tokenizer: "%{a.b} %{c|integer}", target_prefix: "" }
- drop_fields: { fields: [a.c, "/^d/"], when: { range: { a.b: { gte: 0 } } } }
- fingerprint: { fields: [a, b.c], target_field: c.b }
- include_fields: { fields: [a, message, "/e|l/"], when.network.a: private }
- rate_limit: { limit: 1000/s, fields: [a] }
- rename: { fields: [{ from: a.b, to: b }, { from: message, to: a.b.c }], when: { or: [{ equals: { a: 1 } }, { regexp: { b: "^x" } }] } }
- replace: { fields: [{ field: message, pattern: "(a)|b", replacement: "$1-" }] }
- timestamp: { field: a, layouts: [UNIX, UNIX_MS, "2006-01-02"] }
- truncate_fields: { fields: [message, a], max_bytes: 3 }
- urldecode: { fields: [{ from: message }, { from: c, to: b.b }] }
- drop_event: { when: { and: [{ has_fields: [a, b] }, { contains: { a: zzz } }] } }`;

const KEYS = [
  "a",
  "b",
  "c",
  "d",
  "a.b",
  "message",
  "log",
  "error",
  "tags",
  "host",
  "labels",
  "__proto__",
  "constructor",
];
const TEXTS = [
  "",
  "x y",
  "17",
  "-1",
  '{"a":{"b":"{}"},"__proto__":{"z":1}}',
  "[1]",
  "10.0.0.1",
  "aGk=",
  "%zz",
  "%c3%a9+",
  "é😀",
  "zzz",
];

const value = fc.letrec<{ tree: ObjectValue; value: unknown }>((tie) => ({
  tree: fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 5 }) as fc.Arbitrary<ObjectValue>,
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(...TEXTS),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("tree"),
  ),
}));

describe("processors, whatever an event has", () => {
  const list = processors(ALL);

  it("are all here", () =>
    assert.deepEqual([...new Set(list.map(({ name }) => name))].sort(), PROCESSORS.map(({ name }) => name).sort()));

  it("never throw, and leave an event that can be sent", () => {
    fc.assert(
      fc.property(value.tree, fc.constantFrom(...TEXTS), fc.shuffledSubarray(list), (tree, message, some) => {
        const fields = { ...tree, message } as ObjectValue;
        const event = { timestamp: "2026-01-02T03:04:05.000Z", fields, metadata: {} };
        for (const processor of some) if (!processor.run(event)) break;
        JSON.parse(JSON.stringify(event));
        assert.match(event.timestamp, /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/);
        assert.equal(({} as { z?: number }).z, undefined);
        assert.deepEqual(Object.keys(Object.prototype), []);
      }),
      { numRuns: 500 },
    );
  });
});
