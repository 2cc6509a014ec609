import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ObjectValue } from "../../../../src/event/value.ts";
import { madeHost, processed, processors } from "./run-processors.ts";

const CASES: readonly (readonly [title: string, yaml: string, before: ObjectValue, after: ObjectValue])[] = [
  ["add_fields under fields", "- add_fields: { fields: { a: 1 } }", { fields: { b: 2 } }, { fields: { b: 2, a: 1 } }],
  [
    "add_fields at the top, names with dots, over what is there",
    "- add_fields: { target: '', fields: { service.name: shop, n: 1 } }",
    { service: { name: "x", id: 7 }, message: "m" },
    { service: { name: "shop", id: 7 }, message: "m", n: 1 },
  ],
  [
    "add_fields under a target with dots",
    "- add_fields: { target: a.b, fields: { c: [1, 2] } }",
    {},
    { a: { b: { c: [1, 2] } } },
  ],
  [
    "add_labels, flattened",
    "- add_labels: { labels: { a: x, b: { c: y, d: [1, z] } } }",
    { labels: { a: "old", e: "e" } },
    { labels: { a: "x", e: "e", "b.c": "y", "b.d.0": 1, "b.d.1": "z" } },
  ],
  ["add_tags", "- add_tags: { tags: [b, c] }", { tags: ["a"] }, { tags: ["a", "b", "c"] }],
  ["add_tags to one text", "- add_tags: { tags: b }", { tags: "a" }, { tags: ["a", "b"] }],
  ["add_tags elsewhere", "- add_tags: { tags: [b], target: x.y }", {}, { x: { y: ["b"] } }],
  ["add_locale in summer", "- add_locale: ~", {}, { event: { timezone: "+02:00" } }],
  ["add_locale, abbreviation", "- add_locale.format: abbreviation", {}, { event: { timezone: "CEST" } }],
];

describe("processors that add", () => {
  for (const [title, yaml, before, expected] of CASES)
    it(title, () => assert.deepEqual(processed(yaml, before).fields, expected));

  it("gives each event fields of its own", () => {
    const list = processors("- add_fields: { target: x, fields: { deep: { a: 1 } } }");
    const first = { timestamp: "", fields: {} as ObjectValue, metadata: {} };
    const second = structuredClone(first);
    for (const event of [first, second]) for (const processor of list) processor.run(event);
    ((first.fields["x"] as ObjectValue)["deep"] as ObjectValue)["a"] = 2;
    assert.deepEqual(second.fields, { x: { deep: { a: 1 } } });
  });

  it("sets metadata and the time", () => {
    const yaml =
      "- add_fields: { target: '@metadata', fields: { pipeline: p } }\n- add_fields: { target: '', fields: { '@timestamp': '2020-01-01T00:00:00Z' } }";
    const { metadata, timestamp, fields } = processed(yaml, {});
    assert.deepEqual([metadata, timestamp, fields], [{ pipeline: "p" }, "2020-01-01T00:00:00.000Z", {}]);
  });

  it("notes where it cannot add", () => {
    const { fields, kept } = processed("- add_tags: { tags: [a], target: message.x }", { message: "m" });
    assert.deepEqual([kept, fields], [true, { message: "m", error: { message: "add_tags: message is no object" } }]);
  });

  it("takes no field's name for a prototype", () => {
    processed("- add_fields: { target: __proto__, fields: { polluted: 1 } }", {});
    processed("- add_fields: { target: constructor.prototype, fields: { polluted: 1 } }", {});
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it("add_host_metadata", () => {
    const time = { now: 0 };
    const files: Record<string, string> = {
      "/etc/machine-id": "0123abcd\n",
      "/etc/os-release":
        'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\n',
      "/proc/1/cgroup": "0::/init.scope\n",
    };
    const list = processors("- add_host_metadata: { cache.ttl: 1m, geo: { name: lab } }", madeHost(files, time));
    const run = (): ObjectValue => {
      const event = { timestamp: "", fields: { host: { name: "x" } } as ObjectValue, metadata: {} };
      for (const processor of list) processor.run(event);
      return event.fields["host"] as ObjectValue;
    };
    const expected = {
      name: "web1",
      hostname: "Web1",
      architecture: "x86_64",
      os: {
        type: "linux",
        platform: "debian",
        name: "Debian GNU/Linux",
        version: "12 (bookworm)",
        codename: "bookworm",
        family: "debian",
        kernel: "6.1.0",
      },
      containerized: false,
      id: "0123abcd",
      ip: ["192.0.2.7"],
      mac: ["02-42-AC-11-00-02"],
      geo: { name: "lab" },
    };
    assert.deepEqual(run(), expected);
    files["/etc/machine-id"] = "new";
    assert.equal(run()["id"], "0123abcd");
    time.now = 60_000;
    assert.equal(run()["id"], "new");
  });

  it("add_host_metadata leaves forwarded events alone when told", () => {
    const stock = "- add_host_metadata:\n    when.not.contains.tags: forwarded";
    assert.deepEqual(processed(stock, { tags: ["forwarded"] }).fields, { tags: ["forwarded"] });
    const keep = "- add_host_metadata: { replace_fields: false }";
    assert.deepEqual(processed(keep, { host: { name: "a", id: "b" } }).fields, { host: { name: "a", id: "b" } });
    assert.equal((processed(keep, { host: { name: "a" } }).fields["host"] as ObjectValue)["hostname"], "Web1");
  });
});
