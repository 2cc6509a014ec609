import assert from "node:assert/strict";
import { type ShipApiSource, shipApi } from "../../../src/shipper/watch/ship-api.ts";
import { shipHealth } from "../../../src/shipper/watch/ship-health.ts";
import { FILE_SERIES, OTHER_FILES } from "../../../src/shipper/watch/ship-metrics.ts";
import { shipFigures, shipFile, shipInput } from "./figures.ts";

const NOW = 1_000_000;

describe("the shipper's endpoint", () => {
  let figures = shipFigures();
  const source: ShipApiSource = {
    names: { host: "web1", name: "web1", version: "1.2.3", ephemeralId: "e" },
    figures: () => figures,
    surroundings: () => ({ version: "1.2.3", now: NOW, process: { cpu: 1.5, startedAt: 900, residentBytes: 77 } }),
  };
  beforeEach(() => {
    figures = shipFigures();
  });
  const ask = async (path: string): Promise<{ status: number; text: string }> => {
    const answer = await shipApi(source).answer(new URL(path, "http://antler"), "127.0.0.1:5066");
    assert.ok(answer);
    return answer;
  };
  const json = async <T>(path: string): Promise<T> => JSON.parse((await ask(path)).text) as T;

  it("has Filebeat's names in /stats and /inputs/", async () => {
    const stats = await json<{ filebeat: object; libbeat: { output: object }; registrar: object; beat: object }>(
      "/stats",
    );
    assert.deepEqual(stats.filebeat, {
      events: { active: 10, added: 100, done: 90 },
      harvester: { open_files: 1, running: 1, started: 4, closed: 3 },
    });
    assert.deepEqual(stats.libbeat.output, {
      type: "logstash",
      events: { acked: 88, active: 10, batches: 3, dropped: 2, duplicates: 3, total: 100 },
      write: { bytes: 30_000 },
    });
    assert.deepEqual(stats.registrar, {
      states: { current: 2, cleanup: 0 },
      writes: { total: 0, success: 0, fail: 0 },
    });
    const [input] = await json<Record<string, unknown>[]>("/inputs/");
    assert.equal(input?.["events_processed_total"], 100);
    assert.equal(input?.["files_active"], 1);
  });

  it("shows a bounded number of files: those furthest behind, and the sum of the others", async () => {
    const count = FILE_SERIES + 50;
    const files = Array.from({ length: count }, (_none, i) =>
      shipFile({ path: `/var/log/${i}.log`, id: `${i}`, bytesBehind: i, secondsBehind: i }),
    );
    figures = shipFigures({ files });
    const { text } = await ask("/metrics");
    const lines = text.split("\n").filter((line) => line.startsWith("antler_ship_file_behind_bytes{"));
    assert.equal(lines.length, FILE_SERIES + 1);
    assert.ok(lines.some((line) => line.includes(`/var/log/${count - 1}.log`)));
    assert.ok(!text.includes('path="/var/log/49.log"'));
    const others = lines.find((line) => line.includes(OTHER_FILES));
    assert.equal(others?.split(" ").at(-1), String((49 * 50) / 2));
    const seconds = text
      .split("\n")
      .find((line) => line.startsWith("antler_ship_file_behind_seconds") && line.includes(OTHER_FILES));
    assert.equal(seconds?.split(" ").at(-1), "49");
  });

  it("tells errors by reason, spool, disks, rotation and ledger", async () => {
    figures = shipFigures({
      spool: { events: 7, bytes: 700, maxBytes: 1000 },
      disks: [{ folder: "/data", freeBytes: 5, floorBytes: 10, full: true }],
      files: [shipFile({ loss: { bytes: 1234, seconds: 56 } })],
    });
    const { text } = await ask("/metrics");
    for (const line of [
      'antler_ship_files_total{what="open_errors"} 1',
      "antler_ship_spool_events 7",
      'antler_ship_disk_full{folder="/data"} 1',
      'antler_ship_file_rotation_loss_bytes{input="app",path="/var/log/app.log",file="0a.0"} 1234',
      'antler_ship_file_rotation_seconds{input="app",path="/var/log/app.log",file="0a.0"} 56',
      'antler_ledger_events{state="dead_lettered"} 2',
      "antler_ledger_imbalance 0",
    ])
      assert.ok(text.includes(`${line}\n`), line);
  });

  it("reports health with 503 when red, and knows no other path", async () => {
    assert.equal((await ask("/_health_report")).status, 200);
    figures = shipFigures({ registryFailing: true });
    const { status, text } = await ask("/_health_report");
    assert.equal(status, 503);
    assert.match(text, /the registry cannot be written/);
    assert.equal(await shipApi(source).answer(new URL("http://antler/_node"), ""), undefined);
  });
});

describe("the shipper's health", () => {
  const of = (own: Parameters<typeof shipFigures>[0]): [string, string][] =>
    shipHealth(shipFigures(own), NOW).map(({ status, reason }) => [status, reason]);
  const output = (waited: number, trouble?: string): ReturnType<typeof shipFigures>["output"] => ({
    ...shipFigures().output,
    waitingSince: NOW - waited,
    trouble,
  });

  it("is green where everything flows", () => assert.deepEqual(of({}), []));
  it("names an output that takes nothing, and why", () => {
    assert.deepEqual(of({ output: output(9_000) }), []);
    const since = new Date(NOW - 61_000).toISOString();
    assert.deepEqual(of({ output: output(61_000, "refused") }), [
      ["red", `output logstash takes nothing since ${since}: refused`],
    ]);
  });
  it("is not red while the spool takes events", () => {
    const found = of({ output: output(61_000), spool: { events: 5, bytes: 10, maxBytes: 100 } });
    assert.deepEqual(
      found.map(([status]) => status),
      ["yellow", "yellow"],
    );
  });
  it("names what is behind, and a full disk first", () => {
    const disks = [{ folder: "/data", freeBytes: 5, floorBytes: 10, full: true }];
    const found = of({ inputs: [shipInput({ secondsBehind: 70, bytesBehind: 9 })], disks });
    assert.equal(found[0]?.[0], "red");
    assert.deepEqual(found[1], ["yellow", "input app is 70 s behind (9 bytes)"]);
  });
});
