import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiskGuard, type FreeSpace } from "../../../src/shipper/watch/disk-guard.ts";
import { freeSpace } from "../../../src/shipper/watch/free-space.ts";
import { stateDocument } from "../../../src/shipper/watch/state-document.ts";

const MIB = 1 << 20;

describe("disk guard", () => {
  let space: FreeSpace;
  let said: string[];
  let timers: (() => void)[];
  beforeEach(() => {
    space = { device: "1", free: 1000 * MIB, total: 10_000 * MIB };
    said = [];
    timers = [];
  });

  const guard = (folders = ["/data"]): DiskGuard =>
    new DiskGuard({
      folders,
      minFreeBytes: 64 * MIB,
      clock: {
        now: () => 0,
        after(_ms, action) {
          timers.push(action);
          return () => void timers.splice(0);
        },
      },
      freeSpace: (folder) =>
        folder === "/gone" ? Promise.reject(new Error("ENOENT: no such folder")) : Promise.resolve(space),
      changed: (disks) => void said.push(`${disks.map(({ folder }) => folder)} ${disks[0]?.full ? "full" : "free"}`),
    });

  it("says once that there is little room, and that there is enough again", async () => {
    const disk = guard();
    for (const free of [100, 63, 10, 0, 63, 70, 79, 81, 100]) {
      space = { ...space, free: free * MIB };
      await disk.look();
    }
    assert.deepEqual(said, ["/data full", "/data free"]);
    space = { ...space, free: 79 * MIB };
    await disk.look();
    assert.equal(said.length, 2, "what is above the floor is no reason when it was free");
  });

  it("says folders of one filesystem together", async () => {
    space = { ...space, free: 0 };
    await guard(["/data", "/data/logs"]).look();
    assert.deepEqual(said, ["/data,/data/logs full"]);
  });

  it("asks little of a small filesystem", async () => {
    const disk = guard();
    space = { device: "1", free: 2 * MIB, total: 8 * MIB };
    await disk.look();
    assert.deepEqual(said, []);
    assert.equal(disk.disks[0]?.floorBytes, MIB);
    space = { device: "1", free: MIB - 1, total: 8 * MIB };
    await disk.look();
    assert.deepEqual(said, ["/data full"]);
  });

  it("leaves out what it cannot look at, and looks again until it is stopped", async () => {
    const disk = guard(["/gone", "/data"]);
    await disk.start();
    assert.deepEqual(
      disk.disks.map(({ folder }) => folder),
      ["/data"],
    );
    assert.equal(timers.length, 1);
    disk.stop();
    assert.equal(timers.length, 0);
  });

  it("sees the room where a folder will be", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-free-"));
    try {
      const { free, total } = await freeSpace(join(folder, "not", "yet"));
      assert.ok(free > 0 && total >= free);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("makes an ECS document of a change, for a data stream of its own", () => {
    const change = { action: "disk-full", message: "nearly full", alert: true, details: { freeBytes: 5 } };
    assert.deepEqual(stateDocument(change, 0), {
      "@timestamp": "1970-01-01T00:00:00.000Z",
      message: "nearly full",
      data_stream: { type: "logs", dataset: "antler.state", namespace: "default" },
      event: { kind: "alert", module: "antler", dataset: "antler.state", action: "disk-full" },
      log: { level: "warn" },
      antler: { freeBytes: 5 },
    });
  });
});
