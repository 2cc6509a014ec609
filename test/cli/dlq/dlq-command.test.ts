import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityString } from "../../../src/event/identity.ts";
import type { DeadLetter } from "../../../src/segments/dead-letter.ts";
import { DeadLetterStore } from "../../../src/segments/dead-letter-store.ts";
import { lockFolder } from "../../../src/segments/folder-lock.ts";
import { settledFolder } from "../../../src/segments/settled-log.ts";
import { type AntlerResult, runAntler } from "../../support/run-antler.ts";

const DAY = 86_400_000;

describe("antler dlq", function () {
  this.timeout(30_000);
  let data: string;
  let letters: string;

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "antler-dlq-command-"));
    letters = join(data, "pipeline", "main", "dead-letters");
    await write();
  });
  after(() => rmSync(data, { recursive: true, force: true }));

  const letter = (n: number, more: Partial<DeadLetter>): DeadLetter => ({
    time: Date.now() - n * DAY,
    pipeline: "main",
    stage: "filter",
    code: "filter_exception",
    reason: `ruby#1: undefined method 'foo' for ${n}`,
    id: identityString(new Uint8Array(12).fill(1), 2, 100 * n, 10, 7),
    split: "0000000000000000",
    origin: { input: "main/stdin#1", flags: 0, readAt: Date.UTC(2026, 10, 23), fields: [["[host][name]", "web1"]] },
    raw: Buffer.from(`record ${n}`),
    event: Buffer.from(JSON.stringify({ message: `record ${n}`, n, "@metadata": { a: 1 } })),
    ...more,
  });

  async function write(): Promise<void> {
    const store = await DeadLetterStore.open(letters);
    await store.append(letter(1, {}));
    await store.append(letter(2, {}));
    await store.append(
      letter(3, {
        stage: "reject",
        output: "elasticsearch#1",
        code: "document_parsing_exception",
        reason:
          "elasticsearch#1: [1:30] failed to parse field [user.age] of type [long] in document with id 'x'. Preview of field's value: 'old'",
        event: Buffer.from('{"create":{"_id":"abc"}}\n{"user":{"age":"old"},"message":"record 3"}\n'),
      }),
    );
    // As the first version wrote them.
    const {
      origin: _,
      split: __,
      ...old
    } = letter(4, { stage: "filter", code: "worker_died", event: Buffer.alloc(0) });
    await store.append(old);
    await store.close();
  }

  const dlq = (...args: string[]): Promise<AntlerResult> => runAntler(["dlq", ...args, "--path.data", data]);
  const names = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await dlq("ls", "--each", "--json", ...args);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { raw: string }).raw);
  };

  it("ls: letters by reason", async () => {
    const { code, stdout } = await dlq("ls", "--json");
    assert.equal(code, 0);
    const { letters: count, groups } = JSON.parse(stdout) as { letters: number; groups: Record<string, unknown>[] };
    assert.equal(count, 4);
    assert.deepEqual(
      groups.map((group) => [group["count"], group["code"], group["reason"]]),
      [
        [2, "filter_exception", "ruby#n: undefined method 'foo' for n"],
        [
          1,
          "document_parsing_exception",
          "failed to parse field [user.age] of type [long] in document. Preview of field's value: …",
        ],
        [1, "worker_died", "ruby#n: undefined method 'foo' for n"],
      ],
    );
    assert.match((await dlq("ls")).stdout, /^LETTERS +CODE +WHERE[\s\S]*4 dead letters, .* in .*dead-letters\n$/);
  });

  it("ls --each --filter: queries over the letter and its event", async () => {
    assert.deepEqual(await names(), ["record 1", "record 2", "record 3", "record 4"]);
    assert.deepEqual(await names("--filter", "n: 2"), ["record 2"]);
    assert.deepEqual(await names("--filter", "code: document*"), ["record 3"]);
    assert.deepEqual(await names("--filter", 'output: "elasticsearch#1" or stage: filter and not n: *'), [
      "record 3",
      "record 4",
    ]);
    assert.deepEqual(await names("--filter", "user.age: old"), ["record 3"]);
    assert.deepEqual(await names("--filter", "time > now-36h"), ["record 1"]);
    assert.deepEqual(await names("--filter", "reason: undefined and attempts: 0 and raw: 1"), ["record 1"]);
    const wrong = await dlq("ls", "--filter", "n: (1");
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--filter is no query/);
  });

  it("show: record, event, reason, way out", async () => {
    const { stdout } = await dlq("ls", "--each", "--json", "--filter", "n: 1");
    const { name } = JSON.parse(stdout) as { name: string };
    const shown = await dlq("show", name);
    assert.equal(shown.code, 0);
    assert.match(shown.stdout, /offset 100, 10 bytes/);
    assert.match(shown.stdout, /\[host\]\[name\] = "web1"/);
    assert.match(shown.stdout, /The filter ruby#1 failed on the event: undefined method/);
    assert.match(shown.stdout, /record as it entered:\n {2}record 1\n/);
    assert.match(shown.stdout, /event as it failed:\n {2}\{\n {4}"message": "record 1"/);
    const none = await dlq("show", "7-7");
    assert.equal(none.code, 2);
    assert.match(none.stderr, /there is no letter 7-7/);
  });

  it("explain: in plain words", async () => {
    const { stdout } = await dlq("explain");
    assert.match(stdout, /The field user\.age is mapped as long, and its value "old" is none\./);
    assert.match(stdout, /convert => \{ "\[user\]\[age\]"/);
    assert.match(stdout, /This record ended two workers/);
    assert.match(stdout, /2 letters, filter_exception\n/);
  });

  it("reads beside a writer whose last letter is torn", async () => {
    appendFileSync(join(letters, "0000000001.segment"), Buffer.from([200, 0, 0, 0, 1, 2]));
    assert.equal((await names()).length, 4);
  });

  it("replay delivers old letters and new ones; a single output takes what another refused", async () => {
    const config = 'input { stdin { } } output { stdout { codec => line { format => "%{message} %{[host][name]}" } } }';
    const { code, stdout, stderr } = await dlq("replay", "-e", config, "--filter", "not n: 2");
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      stdout
        .split("\n")
        .filter((line) => line.startsWith("record"))
        .sort(),
      ["record 1 web1", "record 3 web1", "record 4 %{[host][name]}"],
    );
    assert.match(stderr, /3 letters: 3 delivered\n$/);
    assert.deepEqual(await names(), ["record 2"]);
  });

  it("replay without a configuration, or with a broken one, says so", async () => {
    const none = await dlq("replay");
    assert.equal(none.code, 2);
    assert.match(none.stderr, /--with CONFIG/);
    const file = join(data, "broken.conf");
    writeFileSync(file, "input { stdin { } } filter { grokk { } } output { stdout { } }");
    const broken = await dlq("replay", "--with", file);
    assert.equal(broken.code, 78);
    assert.match(broken.stderr, /CONF009/);
  });

  it("replay and purge do not run at the same time", async () => {
    const unlock = await lockFolder(settledFolder(letters));
    try {
      const { code, stderr } = await dlq("purge", "--yes");
      assert.equal(code, 70);
      assert.match(stderr, /another replay or purge/);
    } finally {
      await unlock();
    }
  });

  it("purge asks, and takes --yes, --filter, --older-than", async () => {
    const unasked = await dlq("purge");
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /add --yes/);
    assert.match((await dlq("purge", "--yes", "--older-than", "5d")).stdout, /^0 dead letters purged/);
    assert.deepEqual(await names(), ["record 2"]);
    assert.match((await dlq("purge", "--yes", "--older-than", "36h")).stdout, /^1 dead letter purged/);
    assert.deepEqual(await names(), []);
  });

  it("takes the letters' own folder", async () => {
    const { code, stdout } = await runAntler(["dlq", "ls", "--letters", letters, "--json"]);
    assert.deepEqual([code, (JSON.parse(stdout) as { folder: string }).folder], [0, letters]);
    assert.match((await runAntler(["dlq", "ls", "--letters", `${letters}-not`])).stderr, /no such folder/);
  });

  it("says where it looked when there is nothing", async () => {
    const { code, stderr } = await dlq("ls", "--pipeline.id", "other");
    assert.equal(code, 2);
    assert.match(stderr, /the pipeline "other" has no dead letters .*there are letters of main: give --pipeline.id/);
  });
});
