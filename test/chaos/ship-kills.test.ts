import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AntlerProcess } from "../support/antler-process.ts";
import { freePort } from "../support/free-port.ts";
import { LineReceiver } from "../support/line-receiver.ts";
import { runAntler } from "../support/run-antler.ts";
import { seeded } from "../support/seeded.ts";

const LONG = process.env["ANTLER_TEST_LONG"] === "1";
const ROUNDS = LONG ? 200 : 20;
const LINES_A_STEP = 500;
const STEPS = 4;
/** In so many rounds the file is rotated away and deleted once all of it is in the spool: from then on only the spool has it. */
const DELETE_EVERY = 5;

/** A line as the receiver wants it. */
const line = (number: number): string => `line ${number} ${"x".repeat((number * 37) % 90)}\n`;

describe(`antler ship with a spool, killed ${ROUNDS} times while the receiver comes and goes`, () => {
  const folder = mkdtempSync(join(tmpdir(), "antler-kills-"));
  const log = join(folder, "app.log");
  const seed = Number(process.env["ANTLER_SEED"] ?? Date.now() % 1_000_000);
  const random = seeded(seed);
  const total = ROUNDS * STEPS * LINES_A_STEP;
  let shipper: AntlerProcess;
  let receiver: LineReceiver | undefined;
  let received: LineReceiver["received"] | undefined;

  after(async () => {
    await shipper?.kill();
    await receiver?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  /** Whether all of the log is sent or in the spool, as the registry has it. */
  function isAcknowledged(): boolean {
    const { ino, size } = statSync(log);
    try {
      const text = readFileSync(join(folder, "data/ship/kills/registry/registry.json"), "utf8");
      const { body } = JSON.parse(text) as { body: { files: { inode?: string; offset: number }[] } };
      return body.files.some(({ inode, offset }) => inode === String(ino) && offset === size);
    } catch {
      return false;
    }
  }

  it("every line arrives, under one identity, and the ledger balances", async function () {
    this.timeout(60_000 + ROUNDS * 8000);
    const port = await freePort();
    const open = async (): Promise<void> => {
      receiver = new LineReceiver(total, port, true, received);
      received = receiver.received;
      await receiver.listen();
    };
    const close = async (): Promise<void> => {
      await receiver?.close();
      receiver = undefined;
    };
    writeFileSync(log, "");
    const config = join(folder, "kills.yml");
    writeFileSync(
      config,
      `filebeat.inputs:
  - { type: filestream, id: kills, paths: ["${log}"], prospector.scanner.check_interval: 500ms }
output.logstash: { hosts: ["127.0.0.1:${port}"], backoff.init: 100ms, backoff.max: 500ms, bulk_max_size: 200 }
queue.disk.max_size: 1GiB
filebeat.registry.flush: 200ms
http.enabled: false
`,
    );
    shipper = new AntlerProcess(["ship", "-c", config, "--path.data", join(folder, "data")]);
    shipper.start();
    let next = 0;
    let deletions = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (let step = 0; step < STEPS; step++) {
        let text = "";
        for (let i = 0; i < LINES_A_STEP; i++) text += line(next++);
        appendFileSync(log, text);
        await sleep(50 + random() * 150);
        if (random() < 0.25) await (receiver === undefined ? open() : close());
        else if (receiver !== undefined) receiver.acknowledges = random() > 0.2;
      }
      if (round % DELETE_EVERY === DELETE_EVERY - 1) {
        await close();
        for (let waits = 0; !isAcknowledged(); waits++) {
          assert.ok(waits < 600, "after 30 s not all of the log is sent or in the spool");
          await sleep(50);
        }
        renameSync(log, `${log}.gone`);
        unlinkSync(`${log}.gone`);
        writeFileSync(log, "");
        deletions++;
      }
      await shipper.kill();
      shipper.start();
    }
    await close();
    await open();
    for (let last = -1, still = 0; still < 60 && (receiver as LineReceiver | undefined)?.distinct !== total; ) {
      await sleep(500);
      still = received?.events === last ? still + 1 : 0;
      last = received?.events ?? 0;
    }
    await sleep(1000);
    const { log: said } = await shipper.end();
    const { counts, identities, foreign } = received as LineReceiver["received"];
    const where = `seed ${seed}, ${deletions} files deleted`;
    assert.deepEqual(foreign, [], where);
    const missing = [...counts].flatMap((count, i) => (count === 0 ? [i] : []));
    assert.deepEqual(missing.slice(0, 10), [], `${missing.length} of ${total} lines are missing, ${where}`);
    const twice = [...identities].filter(([, ids]) => ids.size > 1);
    assert.deepEqual(twice.slice(0, 3), [], `${twice.length} lines have two identities, ${where}`);
    assert.ok(said.length > 0);
    const ledger = await runAntler(["ledger", "--path.data", join(folder, "data")]);
    assert.equal(ledger.code, 0, ledger.stdout + ledger.stderr);
  });
});
