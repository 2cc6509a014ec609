import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { SystemInput } from "../../../src/shipper/config/config.ts";
import type { ShipperInputRun } from "../../../src/shipper/inputs/shipper-input.ts";
import type { Measure } from "../../../src/shipper/inputs/system/metric.ts";
import { METRICSETS } from "../../../src/shipper/inputs/system/metricsets.ts";
import { openSystem } from "../../../src/shipper/inputs/system/system.ts";
import { at, InputRig, type SentEvent } from "./input-rig.ts";

/** Fields of Metricbeat's system module (reference, "System module"), and what a value must be like. */
const SHARE = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= 1;
const COUNT = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const FINITE = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value >= 0;
const TEXT = (value: unknown): boolean => typeof value === "string" && value !== "";
const FIELDS: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  cpu: {
    "system.cpu.cores": (value) => value === cpus().length,
    "system.cpu.total.pct": FINITE,
    "system.cpu.total.norm.pct": SHARE,
    "system.cpu.user.norm.pct": SHARE,
    "system.cpu.idle.norm.pct": SHARE,
    "host.cpu.usage": SHARE,
  },
  load: { "system.load.1": FINITE, "system.load.15": FINITE, "system.load.norm.5": FINITE, "system.load.cores": COUNT },
  memory: {
    "system.memory.total": (value) => value === totalmem(),
    "system.memory.free": COUNT,
    "system.memory.used.bytes": COUNT,
    "system.memory.used.pct": SHARE,
    "system.memory.actual.used.pct": SHARE,
    "system.memory.actual.free": COUNT,
    "system.memory.swap.total": COUNT,
    "system.memory.swap.used.pct": SHARE,
  },
  filesystem: {
    "system.filesystem.device_name": TEXT,
    "system.filesystem.mount_point": TEXT,
    "system.filesystem.type": TEXT,
    "system.filesystem.total": COUNT,
    "system.filesystem.available": COUNT,
    "system.filesystem.used.bytes": COUNT,
    "system.filesystem.used.pct": SHARE,
    "system.filesystem.files": COUNT,
    "system.filesystem.free_files": COUNT,
  },
  diskio: {
    "system.diskio.name": TEXT,
    "system.diskio.read.bytes": COUNT,
    "system.diskio.write.count": COUNT,
    "system.diskio.io.time": COUNT,
  },
  network: {
    "system.network.name": TEXT,
    "system.network.in.bytes": COUNT,
    "system.network.out.packets": COUNT,
    "system.network.in.dropped": COUNT,
    "system.network.out.errors": COUNT,
  },
  process: {
    "process.pid": COUNT,
    "process.parent.pid": COUNT,
    "process.name": TEXT,
    "process.cpu.pct": FINITE,
    "system.process.state": TEXT,
    "system.process.cpu.total.value": FINITE,
    "system.process.memory.rss.bytes": COUNT,
    "system.process.memory.rss.pct": SHARE,
  },
};

describe("shipper input system", () => {
  let rig: InputRig;
  beforeEach(function () {
    if (process.platform !== "linux") this.skip();
    rig = new InputRig();
  });
  afterEach(() => rig?.close());

  const of = (set: string): SentEvent[] => rig.events.filter((event) => at(event, "metricset.name") === set);

  for (const [set, fields] of Object.entries(FIELDS))
    it(`measures ${set} in fields that Metricbeat has, for a data stream of its own`, async function () {
      if (set === "diskio" && !/[1-9]/.test(readFileSync("/proc/diskstats", "utf8"))) this.skip();
      await rig.open(`type: system\nmetricsets: [${set}]\nperiod: 10s`);
      await rig.count(1);
      for (const event of rig.events) {
        for (const [path, fits] of Object.entries(fields))
          assert.ok(fits(at(event, path)), `${path}: ${JSON.stringify(at(event, path))}`);
        const dataset = `system.${set}`;
        assert.deepEqual(event["data_stream"], { type: "metrics", dataset, namespace: "default" });
        assert.equal(at(event, "event.module"), "system");
        assert.equal(at(event, "event.dataset"), dataset);
        assert.equal(at(event, "metricset.period"), 10_000);
        assert.equal(at(event, "service.type"), "system");
        assert.ok(COUNT(at(event, "event.duration")));
        assert.equal(event["message"], undefined);
      }
      assert.deepEqual(rig.troubles, []);
    });

  it("measures everything when nothing is chosen, again and again, each under an identity of its own", async () => {
    await rig.open("type: system\nperiod: 1s");
    await rig.until(() => of("load").length >= 2);
    for (const set of Object.keys(FIELDS)) if (set !== "diskio") assert.ok(of(set).length > 0, set);
    assert.equal(new Set(rig.ids).size, rig.ids.length);
  });

  it("has the processes with the most CPU and the most memory, without their command lines", async () => {
    const busy = spawn(process.execPath, ["-e", "for (;;);", "secret-word"], { stdio: "ignore" });
    try {
      await rig.open("type: system\nmetricsets: [process]\nperiod: 1s\nprocess.include_top_n: 3");
      const found = (): SentEvent | undefined =>
        rig.events.find(
          (event) =>
            at(event, "process.pid") === busy.pid && (at(event, "system.process.cpu.total.pct") as number) > 0.1,
        );
      await rig.until(() => found() !== undefined);
      assert.equal(at(found(), "process.parent.pid"), process.pid);
      assert.equal(at(found(), "system.process.state"), "running");
      assert.ok(!JSON.stringify(rig.events).includes("secret-word"));
    } finally {
      busy.kill("SIGKILL");
    }
  });

  /** `load` beside another metricset, `odd`, measured by `measure`. */
  function openBeside(measure: Measure, periodMs: number): Promise<ShipperInputRun> {
    const input = { ...(rig.config("type: system") as SystemInput), metricsets: ["odd", "load"], periodMs };
    const sets = { odd: () => measure, load: METRICSETS["load"] as () => Measure };
    return rig.openWith(input, (environment) => openSystem(input, environment, sets));
  }

  it("says once what cannot be measured, goes on with the rest, and says it again after it was well", async () => {
    let times = 0;
    let well = false;
    await openBeside(() => {
      times++;
      return well ? Promise.resolve([{ odd: times }]) : Promise.reject(new Error("EACCES"));
    }, 5);
    await rig.until(() => times >= 3 && of("load").length >= 3);
    const said = 'the metricset odd cannot be measured {"reason":"EACCES"}';
    assert.deepEqual(rig.troubles, [said]);
    well = true;
    await rig.until(() => of("odd").length >= 1);
    well = false;
    await rig.until(() => rig.troubles.length > 1);
    assert.deepEqual(rig.troubles, [said, said]);
  });

  it("goes on with the rest when a measurement does not come back, and says so once; with that, too, when it has", async () => {
    let times = 0;
    let comeBack: (() => void) | undefined;
    const run = await openBeside(() => {
      times++;
      if (times > 1) return Promise.resolve([{ odd: times }]);
      return new Promise((resolve) => {
        comeBack = () => resolve([]);
      });
    }, 20);
    await rig.until(() => of("load").length >= 4);
    assert.equal(times, 1);
    assert.match(rig.troubles.join(), /^the metricset odd takes longer than its period[^;]*; it is left out[^;]*$/);
    comeBack?.();
    await rig.until(() => of("odd").length >= 2);
    await run.stop(1000);
  });

  it("waits while there is no room, and measures no more meanwhile", async () => {
    rig.acknowledges = false;
    rig.pool = { batchBytes: 2048, batchRecords: 2, totalBytes: 2048 };
    const input = { ...(rig.config("type: system\nmetricsets: [load]") as SystemInput), periodMs: 5 };
    await rig.openWith(input, (environment) => openSystem(input, environment));
    await rig.count(1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.ok(rig.events.length <= 2, `${rig.events.length} events`);
    rig.acknowledge();
    await rig.count(5);
  });

  it("stops within a measurement, with all acknowledged and its ledger on disk", async () => {
    const run = await rig.open("type: system\nid: s\nperiod: 1s");
    await run.stop(5000);
    const events = rig.events.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(rig.events.length, events, "nothing comes behind");
    assert.equal(rig.ledger.snapshot().totals.delivered, events);
    if (events > 0) assert.equal(rig.storedLedger("s").totals.delivered, events);
  });

  it("has only metricsets that there are: the configuration says so", () => {
    assert.throws(() => rig.config("type: system\nmetricsets: [cpus]"), /no metricset "cpus"/);
  });
});
