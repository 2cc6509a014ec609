import assert from "node:assert/strict";
import fc from "fast-check";
import type { StoredValue } from "../../../src/event/value.ts";
import { filtered, outcome } from "./support.ts";

const old = 'ecs_compatibility => "disabled"';

function codes(priority: StoredValue | undefined): unknown {
  const given = priority === undefined ? {} : { syslog_pri: priority };
  const { fields } = filtered(`syslog_pri { ${old} use_labels => false }`, given);
  assert.equal(fields["syslog_facility"], undefined);
  return [fields["syslog_facility_code"], fields["syslog_severity_code"]];
}

describe("syslog_pri filter", () => {
  const rows: [string, StoredValue | undefined, number, number][] = [
    ["a number", 34, 4, 2],
    ["a text", "137", 17, 1],
    ["a text with more behind the number", " 34>1", 4, 2],
    ["a text without a number", "<34>", 0, 0],
    ["the first of a list", ["34", "5"], 4, 2],
    ["an empty list", [], 0, 0],
    ["nothing", undefined, 1, 5],
    ["null", null, 1, 5],
    ["0", 0, 0, 0],
    ["a number below 0", -1, -1, 7],
    ["an object", { a: 1 }, 0, 0],
  ];
  for (const [name, priority, facility, severity] of rows) {
    it(`reads ${name}`, () => assert.deepEqual(codes(priority), [facility, severity]));
  }

  it("loses nothing of a priority", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (priority) => {
        const [facility, severity] = codes(String(priority)) as [number, number];
        assert.ok(severity >= 0 && severity < 8);
        assert.equal(facility * 8 + severity, priority);
      }),
      { numRuns: 50 },
    );
  });

  it("writes ECS fields", () => {
    const given = { log: { syslog: { priority: 86 } } };
    const expected = {
      log: {
        syslog: {
          priority: 86,
          facility: { code: 10, name: "security/authorization" },
          severity: { code: 6, name: "informational" },
        },
      },
    };
    assert.deepEqual(outcome("syslog_pri { }", given), expected);
    assert.deepEqual(outcome('syslog_pri { ecs_compatibility => "v1" }', given), expected);
  });

  it("takes names as told", () => {
    const config = `syslog_pri { ${old} facility_labels => ["zero", "one"] severity_labels => ["worst"] add_tag => ["done"] }`;
    assert.deepEqual(outcome(config, { syslog_pri: 8 }), {
      syslog_pri: 8,
      syslog_facility_code: 1,
      syslog_facility: "one",
      syslog_severity_code: 0,
      syslog_severity: "worst",
      tags: ["done"],
    });
    assert.equal(filtered(config, { syslog_pri: 9 }).fields["syslog_severity"], undefined);
  });

  it("tags a facility without a name, also one below 0, and gives no names then", () => {
    for (const priority of [192, -1]) {
      const { fields } = filtered(`syslog_pri { ${old} add_tag => ["done"] }`, { syslog_pri: priority });
      assert.deepEqual(fields["tags"], ["_syslogpriparsefailure", "done"]);
      assert.equal(fields["syslog_severity"], undefined);
    }
  });
});
