import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CaseOptions, readCaseOptions } from "../../../src/cli/test/case-options.ts";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { lineColumn } from "../../../src/diagnostics/source.ts";

describe("options of a test", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-options-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function read(text: string): { options: CaseOptions; found: string[] } {
    const log = join(folder, "some.log");
    writeFileSync(`${log}-config.yml`, text);
    const test = { folder, log, expected: `${log}-expected.json`, config: `${log}-config.yml` };
    const collector = new DiagnosticCollector();
    const options = readCaseOptions(test, collector);
    const found = collector.sorted().map(({ code, message, span }) => {
      const line = span === undefined ? 0 : lineColumn(span.source, span.start).line;
      return `${code} line ${line}: ${message}`;
    });
    return { options, found };
  }

  it("have defaults that depend on nothing but the name", () => {
    const { options, found } = read("# none\n");
    assert.deepEqual(found, []);
    assert.equal(options.path, "/test/some.log");
    assert.equal(new Date(options.clock).toISOString(), "2026-11-30T12:00:00.000Z");
    assert.equal(options.timezone, "UTC");
    assert.equal(options.entry, false);
    assert.equal(options.join, undefined);
  });

  it("are read: fields nested, dotted or as references, joined lines, expressions", () => {
    const { options, found } = read(`
fields:
  event: { timezone: "+02:00", codes: [1, 2] }
  agent.type: filebeat
  "[a.b][c]": true
path: /var/log/syslog
clock: 2025-01-01T00:00:00+01:00
timezone: -03:00
multiline: { pattern: '^%{YEAR}-', negate: true, match: after }
entry: true
dynamic_fields:
  event.ingested: ^\\d{4}
  "[event][id]": .
`);
    assert.deepEqual(found, []);
    assert.deepEqual(options.fields, [
      ["[event][timezone]", "+02:00"],
      ["[event][codes]", [1, 2]],
      ["[agent][type]", "filebeat"],
      ["[a.b][c]", true],
    ]);
    assert.equal(options.path, "/var/log/syslog");
    assert.equal(new Date(options.clock).toISOString(), "2024-12-31T23:00:00.000Z");
    assert.equal(options.timezone, "Etc/GMT+3");
    assert.equal(options.entry, true);
    assert.equal(options.join?.pattern.test("2026-01-01 x"), true);
    assert.equal(options.join?.match, "after");
    assert.deepEqual([...options.dynamic.keys()], ["event.ingested", "event.id"]);
  });

  it("that are unknown or not what they should be are shown with their lines, all at once", () => {
    const { found } = read(`timezon: UTC
clock: yesterday
path: [a]
fields: 5
entry: perhaps
multiline: { pattern: "(", negate: true }
dynamic_fields: { a: "[" }
timezone: Mars/Olympus
`);
    assert.equal(found.length, 8, found.join("\n"));
    for (const [i, one] of found.entries()) assert.match(one, new RegExp(`line ${i + 1}: `));
    assert.match(found[0] as string, /CONF012 .*unknown option "timezon"/);
    assert.match(found[7] as string, /no time zone "Mars\/Olympus"/);
  });

  it("refuse what is almost right", () => {
    const first = (text: string): string => read(text).found[0] ?? "accepted";
    assert.match(first("multiline: { pattern: a, match: behind }"), /match is after or before/);
    assert.match(first("multiline: { patern: a }"), /there is no patern/);
    assert.match(first("timezone: '+05:30'"), /whole hours/);
    assert.match(first("fields: { '[a': 1 }"), /CONF014/);
    assert.match(first("- path"), /options are expected/);
    assert.match(first("path: 'open"), /SHIP001/);
  });
});
