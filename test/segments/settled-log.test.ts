import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DeadLetter, decodeLetter, letterKey } from "../../src/segments/dead-letter.ts";
import { DeadLetterStore } from "../../src/segments/dead-letter-store.ts";
import { logEnd, readSegments } from "../../src/segments/log-reader.ts";
import { type LetterMark, readMarks, SettledLog, settledFolder } from "../../src/segments/settled-log.ts";

const SEGMENT = "0000000001.segment";

describe("dead letters beside their owner", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-letters-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const letter = (n: number): DeadLetter => ({
    time: n,
    pipeline: "main",
    stage: "reject",
    code: "code",
    reason: "ä\n".repeat(n),
    id: `id ${n}`,
    split: "0000000000000000",
    children: { "split#1": n },
    output: "elasticsearch#1",
    origin: { input: "main/file#1", unit: "byte", flags: 2, readAt: 5, fields: [["[a]", "b"]] },
    raw: Buffer.from([0xff, 10, n]),
    event: Buffer.from('{"a":1}'),
  });

  async function read(of: string): Promise<DeadLetter[]> {
    const found: DeadLetter[] = [];
    for await (const { payload } of readSegments(of)) found.push(decodeLetter(payload));
    return found;
  }

  it("a crash at any byte leaves whole letters, to a reader beside the owner and to the owner", async () => {
    const letters = [1, 2, 3].map(letter);
    const store = await DeadLetterStore.open(folder);
    const ends = [0];
    for (const one of letters) {
      await store.append(one);
      await store.flush();
      ends.push((await logEnd(folder)).offset);
    }
    await store.close();
    const bytes = readFileSync(join(folder, SEGMENT));
    for (let length = 0; length <= bytes.length; length++) {
      truncateSync(join(folder, SEGMENT), length);
      const whole = letters.slice(0, ends.filter((end) => end > 0 && end <= length).length);
      assert.deepEqual(await read(folder), whole, `cut at ${length}`);
      assert.equal(readFileSync(join(folder, SEGMENT)).length, length, "a reader changes nothing");
      const again = await DeadLetterStore.open(folder);
      await again.append(letter(9));
      await again.close();
      assert.deepEqual(await read(folder), [...whole, letter(9)], `cut at ${length}, opened again`);
      writeFileSync(join(folder, SEGMENT), bytes);
    }
  });

  it("a reader passes over segments that are removed under it, and a folder that is not there is empty", async () => {
    const store = await DeadLetterStore.open(folder, { segmentBytes: 300 });
    for (let n = 1; n <= 6; n++) await store.append(letter(n));
    await store.flush();
    const found: number[] = [];
    for await (const { payload, segment } of readSegments(folder)) {
      found.push(decodeLetter(payload).time);
      if (found.length === 1) await store.drop(segment + 1);
    }
    assert.ok(found.length < 6 && found[0] === 1 && found.at(-1) === 6);
    await store.close();
    assert.deepEqual(await read(join(folder, "nothing")), []);
  });

  it("numbers of segments go on when all that was written is removed", async () => {
    const store = await DeadLetterStore.open(folder);
    await store.append(letter(1));
    await store.roll();
    await store.drop(1);
    await store.close();
    const again = await DeadLetterStore.open(folder);
    await again.append(letter(2));
    await again.close();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith(".segment")),
      ["0000000002.segment"],
    );
    assert.deepEqual(await read(folder), [letter(2)]);
  });

  describe("their marks", () => {
    const mark = (n: number, more: Partial<LetterMark> = {}): LetterMark => ({
      key: letterKey(letter(n)),
      upTo: { segment: 1, offset: 100 },
      time: 7,
      how: "delivered",
      ...more,
    });

    it("the last one of a letter holds", async () => {
      const log = await SettledLog.open(folder, 0);
      await log.add([{ ...mark(1), how: undefined, attempts: 1 }, mark(2)]);
      await log.add([mark(1)]);
      await log.close();
      const marks = await readMarks(folder);
      assert.equal(marks.get(letterKey(letter(1)))?.how, "delivered");
      assert.equal(marks.get(letterKey(letter(3))), undefined);
    });

    it("are all there after a crash, or none of a write", async () => {
      const log = await SettledLog.open(folder, 0);
      await log.add([mark(1)]);
      const first = (await logEnd(settledFolder(folder))).offset;
      await log.add([mark(2), mark(3)]);
      await log.close();
      const file = join(settledFolder(folder), SEGMENT);
      const bytes = readFileSync(file);
      for (let length = 0; length < bytes.length; length++) {
        writeFileSync(file, bytes.subarray(0, length));
        assert.equal((await readMarks(folder)).size, length < first ? 0 : 1, `cut at ${length}`);
      }
    });

    it("of letters that are gone are forgotten when they are the greater part", async () => {
      const log = await SettledLog.open(folder, 0);
      const many = Array.from({ length: 1500 }, (_, n) => mark(n, { upTo: { segment: n < 1200 ? 1 : 5, offset: 0 } }));
      await log.add(many);
      await log.close();
      const copy = `${folder}-copy`;
      cpSync(folder, copy, { recursive: true });
      try {
        await (await SettledLog.open(copy, 1)).close();
        assert.equal((await readMarks(copy)).size, 1500);
        await (await SettledLog.open(copy, 2)).close();
        assert.equal((await readMarks(copy)).size, 300);
        assert.equal(readdirSync(settledFolder(copy)).length, 1);
      } finally {
        rmSync(copy, { recursive: true, force: true });
      }
    });
  });
});
