import assert from "node:assert/strict";
import fc from "fast-check";
import { isRfc5424, parseSyslog, type SyslogMessage } from "../../src/language/syslog.ts";
import { parseStructuredData, structuredDataEnd } from "../../src/language/syslog-structured-data.ts";
import { syslogTimeReader } from "../../src/language/syslog-time.ts";

/** What was found, without what was not. */
function found(text: string): Partial<SyslogMessage> {
  return Object.fromEntries(Object.entries(parseSyslog(text)).filter(([, value]) => value !== undefined));
}

describe("syslog of RFC 3164", () => {
  const timestamp = "Nov 23 07:08:09";
  const cases: readonly (readonly [string, object])[] = [
    [`<34>${timestamp} gate cron[812]: done`, { hostname: "gate", program: "cron", pid: "812", message: "done" }],
    [`<34>${timestamp} gate cron: done`, { hostname: "gate", program: "cron", message: "done" }],
    [`<34>${timestamp} gate done it is`, { hostname: "gate", message: "done it is" }],
    [`<34>${timestamp} cron[9]: done`, { program: "cron", pid: "9", message: "done" }],
    [`<34>${timestamp} fe80:: cron: done`, { hostname: "fe80::", program: "cron", message: "done" }],
    [`<34>${timestamp} web_1 a:b: c: d`, { hostname: "web_1", program: "a:b", message: "c: d" }],
    [`<34>${timestamp} gate %SYS-5-RESTART: up`, { hostname: "gate", program: "%SYS-5-RESTART", message: "up" }],
    [`<34>${timestamp} gate cron[-]: done`, { hostname: "gate", message: "cron[-]: done" }],
    [`<34>${timestamp} gate `, { hostname: "gate", message: "" }],
    [`<34>${timestamp} gate two\nlines`, { hostname: "gate", message: "two\nlines" }],
    [`\ufeff<34>${timestamp} gate x`, { hostname: "gate", message: "x" }],
    [`<34>${timestamp} --- x`, { message: "--- x" }],
  ];
  for (const [text, expected] of cases)
    it(text, () => assert.deepEqual(found(text), { format: "rfc3164", priority: 34, timestamp, ...expected }));

  it("has times of ISO 8601 too", () => {
    for (const [text, time] of [
      ["2026-11-23T07:08:09.123456+01:00", "2026-11-23T07:08:09.123456+01:00"],
      ["2026-11-23 07:08:09", "2026-11-23 07:08:09"],
      ["2026-11-23T07:08:09Z+0000", "2026-11-23T07:08:09Z"],
    ])
      assert.deepEqual(found(`<0>${text} gate x`), {
        format: "rfc3164",
        priority: 0,
        timestamp: time,
        hostname: "gate",
        message: "x",
      });
  });

  it("says what is wrong, and loses no text", () => {
    const faults: readonly (readonly [string, string, string])[] = [
      ["hello", "no-priority", "hello"],
      ["<1234>Nov 23 07:08:09 gate x", "bad-priority", "x"],
      ["<192>Nov 23 07:08:09 gate x", "bad-priority", "x"],
      ["<01>Nov 23 07:08:09 gate x", "bad-priority", "x"],
      ["<13>hello there", "no-timestamp", "hello there"],
      ["<13>Nox 23 07:08:09 gate x", "bad-timestamp", "x"],
      ["<13>Nov 33 07:08:09 gate x", "bad-timestamp", "x"],
      ["<13>Nov 23 07:08:09", "cut", ""],
      ["", "no-priority", ""],
    ];
    for (const [text, fault, message] of faults) {
      assert.equal(parseSyslog(text).fault, fault, text);
      assert.equal(parseSyslog(text).message, message, text);
    }
  });
});

describe("syslog of RFC 5424", () => {
  const timestamp = "2026-11-23T07:08:09.5Z";

  it("is told by the version behind the priority", () => {
    assert.equal(isRfc5424(`<34>1 ${timestamp} gate app - - - x`), true);
    assert.equal(isRfc5424("<34>Nov 23 07:08:09 gate x"), false);
    assert.equal(isRfc5424("34>1 x"), false);
  });

  it("has all its fields", () => {
    assert.deepEqual(found(`<34>1 ${timestamp} gate app p-7 ID1 [a@1 k="v \\" \\] ["][b] \ufeffh\u00e4llo`), {
      format: "rfc5424",
      priority: 34,
      version: 1,
      timestamp,
      hostname: "gate",
      program: "app",
      pid: "p-7",
      messageId: "ID1",
      structuredData: '[a@1 k="v \\" \\] ["][b]',
      message: "h\u00e4llo",
    });
  });

  it("may know nothing at all", () => {
    const nothing = { format: "rfc5424", priority: 34, version: 1, message: "" };
    assert.deepEqual(found("<34>1 - - - - - -"), nothing);
    assert.deepEqual(found("<34>1 - - - - - - "), nothing);
  });

  it("may be broken", () => {
    for (const [text, fault] of [
      ["<34>1 ", "cut"],
      [`<34>1 ${timestamp} gate app - ID1`, "cut"],
      [`<34>1 ${timestamp} gate app - - [a k="v"`, "cut"],
      [`<34>1 ${timestamp} gate app - - hello`, "cut"],
      [`<34>1 ${timestamp} gate app - - [a]hello`, "cut"],
      ["<34>1 yesterday gate app - - - x", "bad-timestamp"],
    ] as const)
      assert.equal(parseSyslog(text).fault, fault, text);
  });
});

describe("structured data", () => {
  it("are elements with parameters; escapes are undone", () => {
    assert.deepEqual(parseStructuredData('[a@1 k="v \\" \\\\ \\]" l=""][b][__proto__ x="1"]'), {
      "a@1": { k: 'v " \\ ]', l: "" },
      b: {},
      ["__proto__"]: { x: "1" },
    });
  });

  it("are undefined where they are not as the RFC says", () => {
    for (const text of ["[a k=v]", '[a k:"v"]', "[]", "x", '[a k="v'])
      assert.equal(parseStructuredData(text), undefined);
  });

  it("end behind the last bracket outside of quotes", () => {
    assert.equal(structuredDataEnd('x[a k="]"] [b]', 1), 10);
    assert.equal(structuredDataEnd("x", 0), undefined);
  });
});

describe("times of syslog", () => {
  const now = Date.UTC(2026, 10, 23, 12);
  const read = syslogTimeReader({ timezone: "Europe/Berlin", locale: "en", now: () => now });

  it("are on the clock of the zone, in the year that is near", () => {
    assert.equal(read("Nov 23 07:08:09")?.toString(), "2026-11-23T06:08:09.000Z");
    assert.equal(read("Dec  1 07:08:09")?.toString(), read("Dec 1 07:08:09")?.toString());
  });

  it("may have a fraction, and a zone of their own", () => {
    assert.equal(read("Nov 23 07:08:09.25")?.toString(), "2026-11-23T06:08:09.250Z");
    assert.equal(read("2026-11-23T07:08:09.123456Z")?.nanos, 456_000);
    assert.equal(read("Nov 23 07:08"), undefined);
  });
});

describe("any text", () => {
  it("is read, and what is behind its header is its message", () => {
    const piece = fc.constantFrom("<13>", "<", ">1 ", " ", "-", "[a", ']"', "Nov 23 07:08:09", "host", "su[1]: ", "\\");
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: "binary" })), { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        assert.ok(text.endsWith(parseSyslog(text).message));
        parseStructuredData(text);
      }),
      { numRuns: 2000 },
    );
  });
});
