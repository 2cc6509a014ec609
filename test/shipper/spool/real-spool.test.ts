import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spool } from "../../../src/shipper/spool/spool.ts";
import { emptyEntry } from "../../../src/telemetry/ledger.ts";
import { until } from "../../lumberjack/support.ts";
import { runAntler } from "../../support/run-antler.ts";
import { numbered } from "../windows.ts";
import { type Arrivals, ModelSender } from "./spool-model.ts";

const WINDOWS = 40;
const EVENTS = 50;

describe("spool on a real disk", function () {
  this.timeout(30_000);
  let data: string;
  const messages: string[] = [];
  const note = (message: string): void => void messages.push(message);

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), "antler-spool-"));
  });
  afterEach(() => rm(data, { recursive: true }));

  const open = (sender: ModelSender): Promise<Spool> =>
    Spool.open(sender, {
      folder: join(data, "ship", "filebeat", "spool"),
      maxBytes: 10 << 20,
      segmentBytes: 100_000,
      log: { info: note, warn: note, error: note },
    });

  it("keeps windows over a stop, antler ledger tells how many, and gives the disk back", async () => {
    const arrivals: Arrivals = new Map();
    const down = new ModelSender(arrivals);
    down.trouble = "down";
    const first = await open(down);
    const outcomes = await Promise.all(
      Array.from({ length: WINDOWS }, (_none, i) => first.send(numbered(i * EVENTS, (i + 1) * EVENTS))),
    );
    assert.ok(outcomes.every(({ spooled }) => spooled === EVENTS));
    await first.close();

    const events = WINDOWS * EVENTS;
    const registry = join(data, "ship", "filebeat", "registry");
    await mkdir(registry);
    const extra = { totals: { ...emptyEntry(), read: events, delivered: events }, outputs: {} };
    await writeFile(join(registry, "registry.json"), JSON.stringify({ body: { extra } }));
    const held = await runAntler(["ledger", "--path.data", data]);
    assert.equal(held.code, 0, held.stdout + held.stderr);
    assert.match(held.stdout, /in the spool: 2,000 events/);

    const up = new ModelSender(arrivals);
    const second = await open(up);
    assert.equal(second.held.events, events);
    while (second.held.events > 0) {
      await until(() => up.open.length > 0 || second.held.events === 0);
      up.deliver();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(arrivals.size, events);
    assert.deepEqual([...new Set(arrivals.values())], [1]);
    assert.equal(second.ledger().outputs["logstash"]?.delivered, events);
    const folder = join(data, "ship", "filebeat", "spool");
    for (let left = 1; left > 0; ) {
      left = (await readdir(folder)).filter((name) => name.endsWith(".segment")).length;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await second.close();
    const json = JSON.parse((await runAntler(["ledger", "--path.data", data, "--json"])).stdout) as {
      ledgers: { input: string; waiting?: number; imbalance: number }[];
    };
    assert.deepEqual(
      json.ledgers.map(({ input, waiting, imbalance }) => [input, waiting, imbalance]),
      [
        ["logstash (spool)", 0, 0],
        ["registry", undefined, 0],
      ],
    );
  });
});
