import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordBatch, type Source } from "../../src/event/record-batch.ts";
import { encodeBatch } from "../../src/pipeline/queue/batch-record.ts";
import { SEGMENT_HEADER } from "../../src/segments/format.ts";
import { SegmentLog } from "../../src/segments/segment-log.ts";
import { runAntler } from "../support/run-antler.ts";

const SOURCE: Source = { input: 0, fileId: new Uint8Array(12), generation: 0, fields: [] };

describe("antler queue", function () {
  this.timeout(20_000);
  let folder: string;
  let queue: string;
  let segment: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "antler-queue-"));
    queue = join(folder, "pipeline", "main", "queue", "main");
    segment = join(queue, "0000000001.segment");
    mkdirSync(queue, { recursive: true });
    const log = await SegmentLog.open({ folder: queue });
    for (const text of ["one", "two", "three"]) {
      const batch = RecordBatch.allocate(100, 2);
      batch.readAt = 1_794_000_000_000;
      batch.append(batch.sourceIndex(SOURCE), Buffer.from(text), 0, text.length, 0, text.length, 0, 0);
      await log.write(...encodeBatch(batch, "main_stdin_1"));
    }
    await log.close();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function run(...args: string[]): ReturnType<typeof runAntler> {
    return runAntler(["queue", ...args, "--path.data", folder]);
  }

  /** Where the second batch begins. */
  function second(): number {
    return SEGMENT_HEADER.length + 8 + readFileSync(segment).readUInt32LE(SEGMENT_HEADER.length);
  }

  function damageSecond(): void {
    const bytes = readFileSync(segment);
    bytes[second() + 20] = (bytes[second() + 20] as number) ^ 1;
    writeFileSync(segment, bytes);
  }

  it("inspect tells sizes, what is not delivered, and since when", async () => {
    const { code, stdout } = await run("inspect");
    assert.equal(code, 0);
    assert.match(stdout, /^main\n/);
    assert.match(stdout, /in 1 segment, 3 events/);
    assert.match(stdout, /not delivered +3 events/);
    assert.match(stdout, /oldest of them +2026-11-06T/);
  });

  it("finds the queues of isolated outputs too, and shows those that are named", async () => {
    cpSync(queue, join(folder, "pipeline", "main", "outputs", "elasticsearch#1"), { recursive: true });
    assert.match((await run("inspect")).stdout, /^main\n[\s\S]*^outputs\/elasticsearch#1\n/m);
    assert.match(
      (await run("inspect", "outputs/elasticsearch#1")).stdout,
      /^outputs\/elasticsearch#1\n(?![\s\S]*^main)/m,
    );
  });

  it("check finds nothing in a whole queue, and the place in a damaged one", async () => {
    const whole = await run("check");
    assert.deepEqual([whole.code, whole.stdout], [0, "main: 3 whole batches, nothing damaged\n"]);
    damageSecond();
    const damaged = await run("check", "--json");
    assert.equal(damaged.code, 1);
    const [{ findings }] = JSON.parse(damaged.stdout) as [
      { findings: { path: string; offset: number; kind: string }[] },
    ];
    assert.equal(findings.length, 1);
    const [{ path, offset, kind }] = findings as [(typeof findings)[0]];
    assert.deepEqual([path, offset, kind], [segment, second(), "damaged"]);
  });

  it("repair asks first, keeps damaged bytes aside and cuts torn ends, and whole batches stay", async () => {
    damageSecond();
    const size = statSync(segment).size;
    writeFileSync(segment, Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 65, 66]), { flag: "a" });
    const asked = await run("repair");
    assert.equal(asked.code, 2);
    assert.match(asked.stderr, /nothing was changed; --yes/);
    assert.equal(statSync(segment).size, size + 10);

    const { code, stdout } = await run("repair", "--yes");
    assert.equal(code, 0);
    assert.match(stdout, /passed over, and kept as .*\.damaged-\d+/);
    assert.match(stdout, new RegExp(`10 bytes cut off from ${size} on`));
    assert.equal(statSync(segment).size, size);
    assert.ok(readdirSync(queue).includes(`0000000001.segment.damaged-${second()}`));
    assert.equal((await run("check")).code, 0);
    assert.match((await run("repair", "--yes")).stdout, /nothing to repair/);

    const config =
      'input { stdin { id => "stdin_1" codec => line } } output { stdout { codec => line { format => "<%{message}>" } } }';
    const started = await runAntler(["pipeline", "-e", config, "--queue.type", "persisted", "--path.data", folder]);
    assert.deepEqual(
      [started.code, started.stdout.trim().split("\n").sort()],
      [0, ["<one>", "<three>"]],
      started.stderr,
    );
  });

  it("names a segment of another version, and says so when there is no queue", async () => {
    const bytes = readFileSync(segment);
    bytes[7] = 9;
    writeFileSync(segment, bytes);
    const { code, stderr } = await run("check");
    assert.equal(code, 70);
    assert.match(stderr, /0000000001\.segment has format 9/);
    const none = await runAntler(["queue", "inspect", "--path.data", join(folder, "nowhere")]);
    assert.equal(none.code, 0);
    assert.match(none.stderr, /there is no queue there/);
    assert.equal((await run("inspect", "other")).code, 2);
    assert.match((await runAntler(["queue", "--help"])).stdout, /Examples:\n {2}antler queue inspect/);
  });
});
