import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ByteWriter } from "../../../../src/event/byte-writer.ts";
import { RecordBatch, type Source } from "../../../../src/event/record-batch.ts";
import type { CommonInput, Processor } from "../../../../src/shipper/config/config.ts";
import { EventEncoder } from "../../../../src/shipper/events/event-encoder.ts";
import { compileInputEvents } from "../../../../src/shipper/events/input-events.ts";
import { processors } from "./run-processors.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const SOURCE: Source = {
  input: 0,
  fileId: Buffer.alloc(12, 7),
  generation: 1,
  unit: "byte",
  fields: [["[log][file][path]", "/var/log/app.log"]],
};
const INPUT = {
  ...{ id: "app", type: "filestream", fields: { team: "web" }, fieldsUnderRoot: false, tags: ["a"], paths: [] },
  ...{ dataStream: undefined, pipeline: undefined, index: undefined, processors: [], includeLines: [] },
  ...{ excludeLines: [], parsers: [] },
} satisfies CommonInput & { paths: [] };

/** Does nothing, for each event. */
const nothing: Processor = { name: "nothing", reads: undefined, run: () => true };

function encode(lines: readonly string[], list: readonly Processor[]): unknown[] {
  const batch = RecordBatch.allocate(64 * 1024, 64);
  let offset = 0;
  for (const line of lines) {
    const bytes = Buffer.from(line);
    batch.append(batch.sourceIndex(SOURCE), bytes, 0, bytes.length, offset, bytes.length + 1, 99, 0);
    offset += bytes.length + 1;
  }
  const events = compileInputEvents(INPUT, list, () => NOW);
  const encoder = new EventEncoder({ host: { name: "h" }, agent: { name: "h" } }, [events], "1.0.0");
  const { bytes, count, starts, ends } = encoder.encode(batch, 0, batch.count, NOW, new ByteWriter(1024));
  return Array.from({ length: count }, (_none, i) => JSON.parse(bytes.toString("utf8", starts[i], ends[i])));
}

const LINES = ["plain", "", "ERROR x", '{"a":1}'];
/** Processors, and how many of the lines stay. */
const CASES: readonly (readonly [yaml: string, kept: number])[] = [
  ["- drop_event: { when: { equals: { log.file.path: /var/log/app.log } } }", 0],
  ["- drop_event: { when.contains.tags: a }\n- add_tags: { tags: [b] }", 0],
  ["- drop_event: { when.not.contains.tags: a }\n- add_tags: { tags: [b] }", 4],
  ["- if: { has_fields: [tags] }\n  then: { drop_event: { when: { has_fields: [fields.team] } } }", 0],
  ["- drop_event: { when: { regexp: { message: ^ERROR } } }", 3],
  ["- add_fields: { target: '', fields: { log.level: info, host.name: x, service: { name: s } } }", 4],
  ["- add_host_metadata: ~\n- add_locale: ~\n- add_kubernetes_metadata: ~", 4],
  ["- drop_fields: { fields: [host.name, fields, none.at.all, log.file] }", 4],
  ["- rename: { fields: [{ from: log.file.path, to: log.origin }] }", 4],
  ["- copy_fields: { fields: [{ from: log.file.path, to: fields.path }] }", 4],
  ["- add_tags: { tags: [x], target: host.name.y }", 4],
  ["- rate_limit: { limit: 2/h }", 2],
];

describe("processors in the encoder", () => {
  for (const [yaml, kept] of CASES) {
    it(yaml.split("\n").join(" "), () => {
      const sent = encode(LINES, processors(yaml));
      assert.equal(sent.length, kept);
      // Stateful ones begin anew with another list.
      assert.deepEqual(encode(LINES, [...processors(yaml), nothing]), sent);
    });
  }
});
