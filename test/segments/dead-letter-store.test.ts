import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DeadLetter, DeadLetterStore } from "../../src/segments/dead-letter-store.ts";

describe("dead letters", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-dead-letters-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("come back byte by byte, with line feeds and broken UTF-8 in them", async () => {
    const letters: DeadLetter[] = [
      {
        time: 1_700_000_000_000,
        pipeline: "main",
        stage: "reject",
        code: "document_parsing_exception",
        reason: 'failed to parse field [took]:\n"ä"',
        id: "a".repeat(50),
        raw: Buffer.from([0xff, 0x0a, 0x00, 0x80]),
        event: Buffer.from('{"create":{}}\n{"took":"long"}\n'),
      },
      {
        time: 0,
        pipeline: "",
        stage: "decode",
        code: "",
        reason: "",
        id: "",
        raw: Buffer.alloc(0),
        event: Buffer.alloc(0),
      },
    ];
    const store = await DeadLetterStore.open(folder);
    for (const letter of letters) await store.append(letter);
    await store.flush();
    await store.close();

    const again = await DeadLetterStore.open(folder);
    assert.deepEqual(again.recovery, { tornBytes: 0 });
    const found: DeadLetter[] = [];
    for await (const letter of again.entries()) found.push(letter);
    assert.deepEqual(found, letters);
    await again.close();
  });
});
