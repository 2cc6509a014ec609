import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ObjectValue } from "../../../../src/event/value.ts";
import { findings, processed, processors } from "./run-processors.ts";

const EVENT: ObjectValue = {
  message: "first\nERROR second",
  tags: ["web", "prod"],
  http: { response: { code: 404, bytes: "512" } },
  source: { ip: "192.0.2.1" },
  client: { ip: ["10.1.2.3", "8.8.8.8"] },
  "dotted.key": { x: true },
};

const CASES: readonly (readonly [condition: string, holds: boolean])[] = [
  ["equals: { http.response.code: 404 }", true],
  ["equals: { http: { response: { code: 404 } } }", true],
  ["equals.http.response.code: 404", true],
  ["equals: { http.response.code: '404' }", false],
  ["equals: { http.response.code: 404, source.ip: 192.0.2.2 }", false],
  ["equals: { dotted.key.x: true }", false],
  ["equals: { nothing: 1 }", false],
  ["contains: { message: ERROR }", true],
  ["contains: { tags: we }", true],
  ["contains: { tags: forwarded }", false],
  ["not.contains.tags: forwarded", true],
  ["not: { contains: { tags: web } }", false],
  ["regexp: { message: '^first' }", true],
  ["regexp: { message: '^ERROR' }", false],
  ["regexp: { message: '(?m)^ERROR' }", true],
  ["regexp: { message: '(?i)error' }", true],
  ["regexp: { message: 'first$' }", false],
  ["regexp: { message: 'first.ERR' }", false],
  ["regexp: { message: '(?s)first.ERR' }", true],
  ["regexp: { message: '[[:upper:]]{5} (?P<rest>s)' }", true],
  ["range: { http.response.code: { gte: 400, lt: 500 } }", true],
  ["range: { http.response.code.gte: 405 }", false],
  ["range.http.response.bytes.gt: 511.5", true],
  ["range: { message: { gt: 0 } }", false],
  ["range: { nothing: { lt: 1 } }", false],
  ["network: { source.ip: 192.0.2.0/24 }", true],
  ["network: { source.ip: [10.0.0.0/8, private] }", false],
  ["network: { source.ip: public }", true],
  ["network: { client.ip: private }", true],
  ["network: { message: loopback }", false],
  ["has_fields: [http.response.code, source.ip]", true],
  ["has_fields: [http.response.code, nothing]", false],
  ["or: [{ equals: { a: 1 } }, { has_fields: [message] }]", true],
  ["and: [{ has_fields: [tags] }, { not: { or: [{ equals: { a: 1 } }, { has_fields: [b] }] } }]", true],
  ["and: [{ has_fields: [tags] }, { has_fields: [b] }]", false],
];

describe("conditions of processors", () => {
  for (const [condition, holds] of CASES) {
    it(`${condition} is ${holds}`, () => {
      const block = condition.startsWith("not.") ? `      when.${condition}` : `      when:\n        ${condition}`;
      assert.equal(processed(`- drop_event:\n${block}`, EVENT).kept, !holds);
    });
  }

  it("finds a key with dots before a path", () => {
    assert.equal(processed("- drop_event: { when: { equals: { a.b: 1 } } }", { "a.b": 1, a: { b: 2 } }).kept, false);
  });

  it("tells what they look at", () => {
    const [processor] = processors(
      "- drop_event: { when: { and: [{ has_fields: [a] }, { not: { equals: { b.c: 1 } } }] } }",
    );
    assert.deepEqual(processor?.reads, ["a", "b.c"]);
  });

  it("warns of an expression that can stall", () => {
    const [finding] = findings("- drop_event: { when: { regexp: { message: '^(?P<x>a+)+$' } } }");
    assert.match(finding ?? "none", /^warning 1: the time of this expression can double/);
    assert.deepEqual(findings("- drop_event: { when: { regexp: { message: '^(a+b)+$' } } }"), []);
  });

  it("names what is wrong with one", () => {
    assert.deepEqual(findings("- drop_event:\n    when:\n      equal: { a: 1 }"), [
      'error 3: there is no condition "equal" (did you mean "equals"?)',
    ]);
    assert.deepEqual(findings("- drop_event:\n    when: { equals: { a: 1 }, contains: { b: x } }"), [
      "error 2: a condition is one thing (join them: and: [{ equals: … }, { contains: … }])",
    ]);
    assert.deepEqual(findings("- drop_event: { when: { regexp: { a: '(' } } }").length, 1);
    assert.deepEqual(findings("- drop_event: { when: { network: { a: office } } }").length, 1);
    assert.deepEqual(findings("- drop_event: { when: { range: { a: { above: 1 } } } }").length, 1);
    assert.deepEqual(findings("- drop_event: { when: }"), [
      "error 1: the condition is empty (equals, contains, regexp, range, network, has_fields, or, and, not are there)",
    ]);
  });
});
