import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityString, NO_SPLIT } from "../../../src/event/identity.ts";
import { Letters } from "../../../src/pipeline/dead-letters/letters.ts";
import type { DeadLetter } from "../../../src/segments/dead-letter.ts";
import { DeadLetterStore } from "../../../src/segments/dead-letter-store.ts";
import { SettledLog } from "../../../src/segments/settled-log.ts";
import { resolved } from "../../support/resolved.ts";
import { InputHarness } from "./input-harness.ts";

const FILE = new Uint8Array(12).fill(5);
const TIME = Date.UTC(2026, 10, 23, 10);

describe("input dead_letter_queue", () => {
  let data: string;
  let letters: string;
  let own: string;
  const inputs: InputHarness[] = [];

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "antler-dlq-input-"));
    letters = join(data, "pipeline", "main", "dead-letters");
    own = join(data, "own");
  });
  afterEach(async () => {
    for (const input of inputs.splice(0)) await input.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const letter = (n: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
    time: TIME + n,
    pipeline: "main",
    stage: "reject",
    output: "elasticsearch#1",
    code: "document_parsing_exception",
    reason: "elasticsearch#1: failed to parse field [took]",
    id: identityString(FILE, 1, n, 10, 3),
    split: "0000000000000000",
    origin: { input: "main/file#1", flags: 0, readAt: TIME, fields: [["[host][name]", "web1"]] },
    raw: Buffer.from(`record ${n}`),
    event: Buffer.from(`{"create":{}}\n{"@timestamp":"2026-01-01T00:00:00.000Z","n":${n}}\n`),
    ...more,
  });

  async function write(...these: DeadLetter[]): Promise<void> {
    const store = await DeadLetterStore.open(letters);
    for (const one of these) await store.append(one);
    await store.close();
  }

  async function start(more = "", prepare: (input: InputHarness) => void = () => undefined): Promise<InputHarness> {
    const config = `dead_letter_queue { path => "${data}" poll_interval => 0.05 ${more} }`;
    const input = await InputHarness.start(config, "v8", (harness) => {
      harness.dataFolder = own;
      prepare(harness);
    });
    inputs.push(input);
    return input;
  }

  async function stop(input: InputHarness): Promise<void> {
    inputs.splice(inputs.indexOf(input), 1);
    await input.stop();
  }

  it("gives the event as it failed, with what Logstash says about it and the identity that it had", async () => {
    await write(
      letter(1),
      letter(2, {
        stage: "filter",
        output: undefined,
        code: "filter_exception",
        reason: "web/ruby#2: boom",
        event: Buffer.from('{"message":"x","n":2,"@metadata":{"a":1,"_id":"foreign"}}'),
      }),
      letter(3, { stage: "filter", output: undefined, split: undefined, code: "worker_died", event: Buffer.alloc(0) }),
    );
    const input = await start();
    await input.count(3);
    const [first, second, third] = input.documents();
    assert.deepEqual(first, { "@timestamp": "2026-01-01T00:00:00.000Z", n: 1 });
    assert.equal(second?.["message"], "x");
    assert.deepEqual([third?.["message"], third?.["host"]], ["record 3", { name: "web1" }]);
    const about = (event = 0): unknown => input.events[event]?.metadataObject();
    assert.deepEqual(about(0), {
      _id: identityString(FILE, 1, 1, 10, 3, NO_SPLIT),
      dead_letter_queue: {
        plugin_id: "elasticsearch#1",
        plugin_type: "elasticsearch",
        reason: "elasticsearch#1: failed to parse field [took]",
        entry_time: "2026-11-23T10:00:00.001Z",
        code: "document_parsing_exception",
        stage: "reject",
        letter: "1-8",
      },
    });
    const { dead_letter_queue: why, ...rest } = about(1) as Record<string, Record<string, unknown>>;
    assert.deepEqual(
      [why?.["plugin_id"], why?.["plugin_type"], rest],
      ["web/ruby#2", "ruby", { a: 1, _id: "foreign" }],
    );
    assert.equal((about(2) as Record<string, unknown>)["_id"], undefined, "a whole record may become several events");
  });

  it("goes on with new letters, and after a restart behind what was acknowledged", async () => {
    const input = await start();
    await write(letter(1), letter(2));
    await input.count(2);
    await write(letter(3));
    await input.count(3);
    await stop(input);
    await write(letter(4));
    const again = await start("", (harness) => {
      harness.acknowledges = false;
    });
    await again.count(1);
    await stop(again);
    const third = await start();
    await third.count(1);
    assert.deepEqual([input.values("n"), again.values("n"), third.values("n")], [[1, 2, 3], [4], [4]]);
  });

  it("keeps its position where it is told to, or none", async () => {
    await write(letter(1));
    const file = join(data, "elsewhere", "position");
    const input = await start(`sincedb_path => "${file}"`);
    await input.count(1);
    await stop(input);
    assert.ok((JSON.parse(readFileSync(file, "utf8")) as { offset: number }).offset > 8);
    assert.ok(!existsSync(own));
    const without = await start("commit_offsets => false");
    await without.count(1);
    assert.ok(!existsSync(own));
  });

  it("leaves out what is older, of another pipeline, settled, or came through itself", async () => {
    await write(
      letter(1),
      letter(2),
      letter(3, { pipeline: "other" }),
      letter(4, { origin: { input: "test/test#1", flags: 0, readAt: 0, fields: [] } }),
      letter(5),
      letter(6),
    );
    const { end } = await Letters.open(letters);
    const log = await SettledLog.open(letters, 0);
    for await (const one of (await Letters.open(letters)).open())
      if (one.letter.time === TIME + 5) await log.add([{ key: one.key, upTo: end, time: 0, how: "delivered" }]);
    await log.close();
    const input = await start('start_timestamp => "2026-11-23T10:00:00.002Z"');
    await input.until(() => input.events.length >= 2);
    assert.deepEqual(input.values("n"), [2, 6]);
  });

  it("clean_consumed settles what has arrived", async () => {
    await write(letter(1), letter(2));
    const input = await start("clean_consumed => true");
    await input.count(2);
    await stop(input);
    const left: string[] = [];
    for await (const { name } of (await Letters.open(letters)).open()) left.push(name);
    assert.deepEqual(left, []);
  });

  it("options that cannot be meant are told", () => {
    const check = (more: string): unknown =>
      resolved(`input { dead_letter_queue { path => "/x" ${more} } } output { }`);
    assert.throws(() => check('start_timestamp => "yesterday"'), /is no time/);
    assert.throws(() => check("clean_consumed => true commit_offsets => false"), /needs commit_offsets/);
    assert.throws(() => resolved("input { dead_letter_queue { } } output { }"), /path/);
  });
});
