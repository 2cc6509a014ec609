import assert from "node:assert/strict";
import fc from "fast-check";
import type { ObjectValue, StoredTree } from "../../../src/event/value.ts";
import type { EcsMode } from "../../../src/plugin/definitions.ts";
import { codecHost, decode, encode, findCodec, frames, newEvent } from "../../support/run-codec.ts";
import { comparable } from "../../support/run-filters.ts";

const HEADER = "CEF:0|Acme|Wall|1.0|100|denied|5|";

function fields(text: string | Buffer, config = 'cef { default_timezone => "UTC" }', ecs: EcsMode = "v8"): ObjectValue {
  const [event, ...more] = decode(config, [text], ecs);
  assert.ok(event !== undefined && more.length === 0);
  return comparable(event.toObject()) as ObjectValue;
}

/** What the extensions become, without the header's fields. */
function raw(extensions: string): ObjectValue {
  const found = fields(HEADER + extensions, "cef { }", "disabled");
  for (const name of Object.keys(found))
    if (
      /^(cefVersion|deviceVendor|deviceProduct|deviceVersion|deviceEventClassId|name|severity|@timestamp)$/.test(name)
    )
      delete found[name];
  return found;
}

function time(extensions: string, field = "@timestamp", config?: string): unknown {
  const found = fields(HEADER + extensions, config);
  const path = field.split(".");
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], found);
}

describe("cef codec: reading", () => {
  it("puts header and extensions into ECS fields", () => {
    const { "@timestamp": _time, ...found } = fields(
      `${HEADER}src=10.0.0.1 dst=10.0.0.2 spt=1232 cs1Label=Rule cs1=r 1 xyz=1`,
    );
    assert.deepEqual(found, {
      cef: {
        version: "0",
        name: "denied",
        device_custom_string_1: { label: "Rule", value: "r 1" },
      },
      observer: { vendor: "Acme", product: "Wall", version: "1.0" },
      event: { code: "100", severity: "5" },
      source: { ip: "10.0.0.1", port: "1232" },
      destination: { ip: "10.0.0.2" },
      xyz: "1",
    });
  });

  it("takes full names as well as keys", () => {
    assert.deepEqual(fields(`${HEADER}sourceAddress=10.0.0.1`)["source"], { ip: "10.0.0.1" });
  });

  it("keeps CEF's own names without ECS", () => {
    const { "@timestamp": _time, ...found } = fields(`fw1 ${HEADER}src=10.0.0.1 rt=1`, "cef { }", "disabled");
    assert.deepEqual(found, {
      cefVersion: "0",
      deviceVendor: "Acme",
      deviceProduct: "Wall",
      deviceVersion: "1.0",
      deviceEventClassId: "100",
      name: "denied",
      severity: "5",
      syslog: "fw1",
      sourceAddress: "10.0.0.1",
      deviceReceiptTime: "1",
    });
  });

  it("lets device fields be the observer's or the host's", () => {
    const text = `${HEADER}dvc=10.0.0.9 dvchost=fw deviceExternalId=7`;
    assert.deepEqual(fields(text)["observer"], {
      vendor: "Acme",
      product: "Wall",
      version: "1.0",
      ip: "10.0.0.9",
      hostname: "fw",
      name: "7",
    });
    assert.deepEqual(fields(text, 'cef { device => "host" }')["host"], { ip: "10.0.0.9", name: "fw", id: "7" });
  });

  const extensions: [title: string, text: string, expected: ObjectValue][] = [
    ["blanks in values", "msg=no way in  act=deny", { message: "no way in", deviceAction: "deny" }],
    [
      "equals signs, escaped and not",
      "msg=a\\=b request=http://x/?a=1&b=2",
      { message: "a=b", requestUrl: "http://x/?a=1&b=2" },
    ],
    [
      "backslashes and line ends",
      "msg=c:\\\\d\\nnext\\r filePath=c:\\temp",
      { message: "c:\\d\nnext\r", filePath: "c:\\temp" },
    ],
    ["bars", "msg=a|b|c", { message: "a|b|c" }],
    ["empty values", "act= msg=x app=", { deviceAction: "", message: "x", applicationProtocol: "" }],
    ["keys with dots and numbers", "ad.foo-bar=1 list[0]=a list[1]=b", { "ad.foo-bar": "1", list: { 0: "a", 1: "b" } }],
    ["blanks at the end", "msg=x  \t", { message: "x" }],
    ["words that only look like keys", "msg=x y.z. =1 act=b", { message: "x y.z. =1", deviceAction: "b" }],
    ["nothing", "", {}],
    [
      "old names",
      "destinationTimeZone=CET slat=1 sourceLatitude=2",
      { destinationTimeZone: "CET", sourceGeoLatitude: "1", sourceLatitude: "2" },
    ],
    ["the last of a key", "msg=a msg=b", { message: "b" }],
  ];
  for (const [title, text, expected] of extensions) it(`reads ${title}`, () => assert.deepEqual(raw(text), expected));

  it("reads escapes in the header, and a syslog header before it", () => {
    const found = fields("<13>Nov 22 fw CEF:0|A\\|B|C\\\\|1\\x|100|n=1|5|", "cef { }", "disabled");
    assert.deepEqual(
      [
        found["syslog"],
        found["cefVersion"],
        found["deviceVendor"],
        found["deviceProduct"],
        found["deviceVersion"],
        found["name"],
      ],
      ["<13>Nov 22 fw", "0", "A|B", "C\\", "1\\x", "n=1"],
    );
  });

  it("takes quotes around the whole away", () => {
    assert.equal(fields(`"${HEADER}msg=x"`)["message"], "x");
  });

  const broken: [string, string | Buffer][] = [
    ["no CEF", "hello world"],
    ["nothing", ""],
    ["a header that is cut off", "CEF:0|Acme|Wall|1.0|100|denied"],
    ["values without a key", `${HEADER}some words msg=x`],
    ["no pairs", `${HEADER}nothing here`],
    ["two lines", `${HEADER}msg=x\n${HEADER}msg=y`],
    ["a time that is none", `${HEADER}rt=yesterday`],
    ["bytes that are no UTF-8", Buffer.concat([Buffer.from(`${HEADER}msg=`), Buffer.of(0xff)])],
  ];
  for (const [title, text] of broken)
    it(`tags ${title} and keeps it whole`, () => {
      const { "@timestamp": _time, ...found } = fields(text);
      assert.deepEqual(found, { message: text.toString(), tags: ["_cefparsefailure"] });
    });

  it("keeps the text as it came in a field", () => {
    assert.equal(fields(`${HEADER}msg=x`, 'cef { raw_data_field => "[raw][x]" }')["raw"] instanceof Object, true);
    assert.deepEqual(fields(`${HEADER}msg=x`, 'cef { raw_data_field => "[raw][x]" }')["raw"], { x: `${HEADER}msg=x` });
  });

  it("cuts streams at its delimiter, written with escapes", () => {
    const texts = (config: string, text: string): string[] => frames(config, [text]).map((frame) => frame.text);
    assert.deepEqual(texts('cef { delimiter => "\\r\\n" }', "a\r\nb\nc\r\n"), ["a", "b\nc"]);
    assert.deepEqual(texts("cef { }", "a\r\nb"), ["a\r\nb"]);
  });

  it("never throws, whatever it is given", () => {
    const { plugin, options } = findCodec("cef { }");
    const decoder = plugin.decoder?.(options, codecHost());
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("|", "\\", "=", " ", "a", "rt", ".", "[0]", "CEF:", "\n", '"', "1") }),
        (text) => {
          const bytes = Buffer.from(`CEF:0|a|b|c|d|e|f|${text}`);
          decoder?.decode({ bytes, start: 0, end: bytes.length, offset: 0, flags: 0 }, newEvent(), () => newEvent());
        },
      ),
      { numRuns: 500 },
    );
  });

  it("reads long words and blanks without end in time", () => {
    for (const text of [
      "a".repeat(300_000),
      `a=${" ".repeat(300_000)}b`,
      "a.".repeat(150_000),
      `${"a".repeat(200_000)} =x`,
    ])
      assert.ok(typeof raw(text) === "object");
  });
});

describe("cef codec: times", () => {
  it("reads milliseconds since 1970", () => {
    assert.equal(time("rt=1790000000123"), "2026-09-21T14:13:20.123Z");
    assert.equal(time("rt=1790000000123.5"), "2026-09-21T14:13:20.1235Z");
  });

  it("reads dates, in the zone that they, the event or the setting names", () => {
    assert.equal(time("end=Nov 22 2026 10:00:00.123456", "event.end"), "2026-11-22T10:00:00.123456Z");
    assert.equal(time("rt=Nov 22 2026 10:00:00 PST"), "2026-11-22T18:00:00.000Z");
    assert.equal(time("rt=Nov 22 2026 10:00:00 Europe/Berlin dtz=Asia/Tokyo"), "2026-11-22T09:00:00.000Z");
    assert.equal(time("dtz=Asia/Tokyo rt=Nov 22 2026 10:00:00"), "2026-11-22T01:00:00.000Z");
    assert.equal(
      time("rt=Nov 22 2026 10:00:00", "@timestamp", 'cef { default_timezone => "-08:00" }'),
      "2026-11-22T18:00:00.000Z",
    );
  });

  it("takes the nearest past for dates without a year", () => {
    // It is 2026-11-22 12:00.
    assert.equal(time("rt=Nov 24 11:00:00"), "2026-11-24T11:00:00.000Z");
    assert.equal(time("rt=Nov 24 13:00:00"), "2025-11-24T13:00:00.000Z");
    assert.equal(time("rt=Jan 01 00:00:00"), "2026-01-01T00:00:00.000Z");
  });

  it("knows months of other languages", () => {
    assert.equal(
      time("rt=Dez 01 2025 10:00:00", "@timestamp", 'cef { locale => "de_DE" default_timezone => "UTC" }'),
      "2025-12-01T10:00:00.000Z",
    );
  });

  it("makes times null that are empty, but for the event's own", () => {
    assert.equal(time("end= msg=x", "event.end"), null);
    assert.equal(time("rt= msg=x"), "2026-11-22T12:00:00.000Z");
  });

  it("reads the zone under its old name", () => {
    assert.equal(time("destinationTimeZone=Asia/Tokyo rt=Nov 22 2026 10:00:00"), "2026-11-22T01:00:00.000Z");
  });

  it("refuses zones that there are not, where they stand", () => {
    assert.throws(() => findCodec('cef { default_timezone => "Mars/Base" }'), /there is no time zone "Mars\/Base"/);
  });
});

describe("cef codec: writing", () => {
  const write = (config: string, event: StoredTree): string => encode(`cef { ${config} }`, newEvent(0, event));

  it("writes its defaults", () => {
    assert.equal(write("", { message: "x" }), "CEF:0|Elasticsearch|Logstash|1.0|Logstash|Logstash|6|");
  });

  it("writes fields as extensions under their names or keys", () => {
    const event = { source: { ip: "10.0.0.1" }, "my field": "x", n: 5, list: [1, "a"], missing: null };
    const config = 'fields => ["[source][ip]", "my field", "n", "list", "none", "missing", "@timestamp"]';
    assert.equal(
      write(config, event),
      'CEF:0|Elasticsearch|Logstash|1.0|Logstash|Logstash|6|sourceAddress=10.0.0.1 myfield=x n=5 list=[1,"a"] deviceReceiptTime=2026-11-22T12:00:00.000Z',
    );
    assert.match(
      write('fields => ["sourceAddress", "sourceLatitude"] reverse_mapping => true', {
        sourceAddress: "::1",
        sourceLatitude: 1,
      }),
      /\|src=::1 slat=1$/,
    );
    assert.match(write('fields => ["sourceLatitude"]', { sourceLatitude: 1 }), /\|sourceLatitude=1$/);
    assert.match(write(`${config} reverse_mapping => true`, event), /\|src=10\.0\.0\.1 .* rt=2026/);
  });

  it("escapes what it must", () => {
    const event = { v: "a|b\\c\r\nd", t: "x=1\\2\ny|z" };
    assert.equal(
      write('vendor => "%{v}" fields => ["t"]', event),
      "CEF:0|a\\|b\\\\c d|Logstash|1.0|Logstash|Logstash|6|t=x\\=1\\\\2\\ny|z",
    );
  });

  it("falls back to defaults for empty header fields and bad severities", () => {
    assert.equal(
      write('name => "%{n}" severity => "%{s}"', { n: "", s: 11 }).split("|").slice(5).join(),
      "Logstash,6,",
    );
    for (const [given, written] of [
      ["3", "3"],
      ["10.0", "10"],
      ["-1", "6"],
      ["2.5", "6"],
      ["high", "6"],
    ] as const)
      assert.equal(write('severity => "%{s}"', { s: given }).split("|")[6], written);
  });

  it("ends events with the delimiter", () => {
    assert.ok(write('delimiter => "\\r\\n"', {}).endsWith("|6|\r\n"));
  });

  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "=", "\\", "|", " ", "b") }), (text) => {
        const value = `x${text}x`;
        const [event] = decode("cef { }", [write('fields => ["message"]', { message: value })]);
        assert.equal(event?.toObject()["message"], value);
      }),
    );
  });
});
