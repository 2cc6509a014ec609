import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RecordBatch } from "../../src/event/record-batch.ts";
import { Multiline } from "../../src/tail/multiline.ts";
import { TextLines } from "../../src/tail/text-lines.ts";

interface Case {
  kind: string;
  name: string;
  config: Record<string, string | number | boolean>;
  input_text: string;
  expect_messages: string[];
}

const folder = process.env["ANTLER_CONFORMANCE"] ?? join(process.cwd(), "..", "shared", "conformance");
const path = join(folder, "multiline-cases.jsonl");
const present = existsSync(path);

describe("multiline conformance (filebeat)", () => {
  if (!present) {
    it.skip(`${path} is not there`, () => undefined);
    return;
  }
  const cases = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Case)
    .filter((one) => one.kind === "filebeat");

  for (const [number, one] of cases.entries()) {
    it(`${number + 1} ${one.name}`, () => {
      const { config } = one;
      const options = {
        type: config["type"] as "pattern",
        match: (config["match"] ?? "after") as "after",
        negate: config["negate"] === true,
        ...(config["pattern"] !== undefined && { pattern: new RegExp(String(config["pattern"])) }),
        ...(config["count_lines"] !== undefined && { countLines: Number(config["count_lines"]) }),
        ...(config["max_lines"] !== undefined && { maxLines: Number(config["max_lines"]) }),
      };
      const framer = new TextLines(1e6, "utf-8", new Uint8Array(), new Multiline(options));
      const bytes = Buffer.from(one.input_text);
      const source = { input: 0, fileId: new Uint8Array(12), generation: 0, fields: [] };
      const messages: string[] = [];
      let at = 0;
      do {
        const batch = RecordBatch.allocate(Math.max(1, framer.wanted), 1);
        at = framer.frame(batch, source, { bytes, offset: 0 }, at, bytes.length);
        for (let i = 0; i < batch.count; i++) messages.push(batch.recordBytes(i).toString());
      } while (framer.wanted > 0);
      framer.finish({ bytes, offset: 0 }, at, bytes.length);
      messages.push(...framer.records.map((record) => Buffer.from(record.bytes).toString()));
      assert.deepEqual(messages, one.expect_messages);
    });
  }
});
