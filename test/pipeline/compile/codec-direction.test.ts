import assert from "node:assert/strict";
import { resolved } from "../../support/resolved.ts";

describe("the codec of a plugin", () => {
  it("must read for an input and write for an output; check says so before the start", () => {
    assert.throws(
      () => resolved("input { stdin { codec => rubydebug } }"),
      /error\[CONF016\]: the codec "rubydebug" only writes: inputs cannot use it\n.*test\.conf:1:26/,
    );
    assert.throws(
      () => resolved('output { stdout { codec => multiline { pattern => "a" what => "next" } } }'),
      /error\[CONF016\]: the codec "multiline" only reads: outputs cannot use it\n.*test\.conf:1:28/,
    );
    resolved("input { stdin { codec => json } } output { stdout { codec => json } }");
  });
});
