import assert from "node:assert/strict";
import { ByteWriter } from "../../src/event/byte-writer.ts";
import { FLAG_MULTILINE, FLAG_TRUNCATED, RecordBatch, type Source } from "../../src/event/record-batch.ts";
import type { CommonInput, ParserConfig, Processor } from "../../src/shipper/config/config.ts";
import { EventEncoder } from "../../src/shipper/events/event-encoder.ts";
import { compileInputEvents } from "../../src/shipper/events/input-events.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const SOURCE: Source = {
  input: 0,
  fileId: Buffer.alloc(12, 7),
  generation: 1,
  unit: "byte",
  fields: [["[log][file][path]", "/var/log/app.log"]],
};
const INPUT: CommonInput = {
  id: "app",
  type: "filestream",
  fields: { team: "web" },
  fieldsUnderRoot: false,
  tags: ["a"],
  dataStream: undefined,
  pipeline: undefined,
  index: undefined,
  processors: [],
  includeLines: [],
  excludeLines: [],
  parsers: [],
};

type Sent = Record<string, unknown> & { "@metadata": Record<string, unknown> };

/** Encodes records; what is sent of them. */
function encode(records: readonly (string | Buffer)[], input: Partial<CommonInput> = {}, flags = 0): Sent[] {
  const batch = RecordBatch.allocate(64 * 1024, 64);
  let offset = 0;
  for (const record of records) {
    const bytes = Buffer.from(record as string);
    batch.append(batch.sourceIndex(SOURCE), bytes, 0, bytes.length, offset, bytes.length + 1, 99, flags);
    offset += bytes.length + 1;
  }
  const events = compileInputEvents({ ...INPUT, paths: [], ...input } as CommonInput, [], () => NOW);
  const encoder = new EventEncoder({ host: { name: "h" } }, [events], "1.0.0");
  const window = encoder.encode(batch, 0, batch.count, NOW, new ByteWriter(1024));
  return Array.from({ length: window.count }, (_none, i) => {
    const text = window.bytes.toString("utf8", window.starts[i], window.ends[i]);
    assert.ok(
      window.bytes.toString("utf8", window.metadata[i]).startsWith(',"@metadata":{'),
      "where the metadata begin",
    );
    return JSON.parse(text) as Sent;
  });
}

/** Does nothing, for each event. */
const nothing: Processor = { name: "nothing", reads: undefined, run: () => true };

describe("events of the shipper", () => {
  it("have message, offset, path, the input's fields and an identity", () => {
    const [first, second] = encode(["eins", 'zwei "\\\u0001 ä 😀']) as [Sent, Sent];
    assert.deepEqual(first["log"], { offset: 0, file: { path: "/var/log/app.log" } });
    assert.equal(first["@timestamp"], "2026-11-23T12:00:00.000Z");
    assert.deepEqual(first["fields"], { team: "web" });
    assert.deepEqual(first["tags"], ["a"]);
    assert.deepEqual(first["host"], { name: "h" });
    assert.equal(second["message"], 'zwei "\\\u0001 ä 😀');
    assert.equal((second["log"] as { offset: number }).offset, 5);
    assert.equal(String(first["@metadata"]["_id"]).length, 50);
    assert.notEqual(first["@metadata"]["_id"], second["@metadata"]["_id"]);
  });

  it("are the same with constant bytes and through a tree of fields", () => {
    const records = ["plain", "", "ü\u2028 \t", "\ud83d".repeat(2), Buffer.from([0x61, 0xff, 0x62]), '{"a":1}'];
    for (const flags of [0, FLAG_TRUNCATED, FLAG_MULTILINE | FLAG_TRUNCATED])
      for (const more of [{}, { fieldsUnderRoot: true }, { pipeline: "p", index: "logs-x" }])
        assert.deepEqual(encode(records, more, flags), encode(records, { ...more, processors: [nothing] }, flags));
  });

  it("run processors once for a source when they look at nothing that differs", () => {
    let runs = 0;
    const add: Processor = {
      name: "add",
      reads: ["tags"],
      run: ({ fields }) => {
        runs++;
        fields["added"] = { to: "all" };
        return true;
      },
    };
    const sent = encode(["a", "b", "c"], { processors: [add] });
    assert.equal(runs, 1);
    assert.deepEqual(
      sent.map(({ added }) => added),
      [{ to: "all" }, { to: "all" }, { to: "all" }],
    );
    encode(["a", "b", "c"], { processors: [{ ...add, reads: ["message"] }] });
    assert.equal(runs, 4);
  });

  it("are left out by line filters and processors", () => {
    const drop: Processor = { name: "drop", reads: ["message"], run: ({ fields }) => fields["message"] !== "b" };
    assert.deepEqual(
      encode(["a", "b", "c"], { processors: [drop] }).map(({ message }) => message),
      ["a", "c"],
    );
    const filters = { includeLines: [/^[ab]/], excludeLines: [/b$/] };
    assert.deepEqual(
      encode(["a", "ab", "b", "c"], filters).map(({ message }) => message),
      ["a"],
    );
  });

  it("have pipeline and index with fields filled in", () => {
    const [sent] = encode(["a"], { pipeline: "p-%{[fields][team]}", index: "x-%{+yyyy.MM.dd}" }) as [Sent];
    assert.equal(sent["@metadata"]["pipeline"], "p-web");
    assert.equal(sent["@metadata"]["raw_index"], "x-2026.11.23");
  });

  const json = (more: object): ParserConfig => ({
    kind: "ndjson",
    target: "",
    overwriteKeys: false,
    expandKeys: false,
    addErrorKey: true,
    messageKey: undefined,
    documentId: undefined,
    ignoreDecodingError: false,
    ...more,
  });

  it("ndjson: to the top, below a target, with message key, id, time and dotted keys", () => {
    const [top] = encode(['{"level":"warn","message":"m","host":{"ip":"1.1.1.1"},"tags":["x"]}'], {
      parsers: [json({})],
    }) as [Sent];
    assert.deepEqual(
      [top["level"], top["message"], top["host"], top["tags"]],
      ["warn", "m", { name: "h", ip: "1.1.1.1" }, ["a"]],
    );
    const [below] = encode(['{"a":1,"log":"text"}'], { parsers: [json({ target: "app", messageKey: "log" })] }) as [
      Sent,
    ];
    assert.deepEqual([below["app"], below["message"]], [{ a: 1, log: "text" }, "text"]);
    const [own] = encode(['{"a.b":1,"id":"42","@timestamp":"2020-01-01T00:00:00Z","tags":["x"]}'], {
      parsers: [json({ expandKeys: true, documentId: "id", overwriteKeys: true })],
    }) as [Sent];
    assert.deepEqual(
      [own["a"], own["@metadata"]["_id"], own["@timestamp"], own["tags"]],
      [{ b: 1 }, "42", "2020-01-01T00:00:00.000Z", ["x"]],
    );
  });

  it("ndjson: what is no JSON stays the message, and says so", () => {
    const [sent] = encode(["not json"], { parsers: [json({})] }) as [Sent];
    assert.equal(sent["message"], "not json");
    assert.match(String((sent["error"] as { message: string }).message), /^Error decoding JSON: /);
    const [quiet] = encode(["[1]"], { parsers: [json({ addErrorKey: false })] }) as [Sent];
    assert.equal(quiet["error"], undefined);
  });

  it("container: Docker's lines and the CRI's, parts joined, one stream only", () => {
    const parsers: ParserConfig[] = [{ kind: "container", stream: "all", format: "auto" }];
    const docker = (log: string): string =>
      JSON.stringify({ log, stream: "stderr", time: "2026-01-02T03:04:05.678901234Z" });
    const [whole] = encode([`${docker("first ")}\n${docker("second\n")}`], { parsers }) as [Sent];
    assert.deepEqual(
      [whole["message"], whole["stream"], whole["@timestamp"]],
      ["first second", "stderr", "2026-01-02T03:04:05.678Z"],
    );
    const [cri] = encode(["2026-01-02T03:04:05.6Z stdout P one\n2026-01-02T03:04:05.7Z stdout F  two"], {
      parsers,
    }) as [Sent];
    assert.equal(cri["message"], "one two");
    assert.deepEqual(
      encode([docker("x\n")], { parsers: [{ kind: "container", stream: "stdout", format: "auto" }] }),
      [],
    );
    const [joined] = encode([`${docker("at a\n")}\n${docker(" at b\n")}`], {
      parsers: [...parsers, { kind: "multiline", options: { type: "pattern", pattern: /^ / } }],
    }) as [Sent];
    assert.equal(joined["message"], "at a\n at b");
  });

  it("syslog: priority, host, program and time; include_message", () => {
    const parsers: ParserConfig[] = [
      { kind: "syslog", format: "auto", timezone: "UTC", logErrors: false, addErrorKey: true },
      { kind: "include_message", patterns: [/failed/] },
    ];
    const sent = encode(
      ["<34>Oct 11 22:14:15 mymachine su[7]: su root failed", "<34>Oct 11 22:14:15 mymachine su: fine"],
      { parsers },
    );
    assert.equal(sent.length, 1);
    assert.equal(sent[0]?.["message"], "su root failed");
    assert.equal(sent[0]?.["@timestamp"], "2026-10-11T22:14:15.000Z");
    assert.deepEqual((sent[0] as unknown as { log: { syslog: object } }).log.syslog, {
      priority: 34,
      facility: { code: 4, name: "auth" },
      severity: { code: 2, name: "Critical" },
      hostname: "mymachine",
      appname: "su",
      procid: "7",
    });
  });
});
