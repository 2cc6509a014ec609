import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withReserve } from "../../src/tail/disk-reserve.ts";
import type { TailFileSystem } from "../../src/tail/environment.ts";
import { nodeFileSystem } from "../../src/tail/real-environment.ts";

describe("reserve for a full disk", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-reserve-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is given up when there is no room, and what was written in part is not written twice", async () => {
    const reserve = join(folder, "reserve");
    let full = false;
    const real: TailFileSystem = {
      ...nodeFileSystem,
      async write(descriptor, bytes) {
        // As long as the reserve is there, only 3 bytes find room.
        if (!full || statSync(reserve).size === 0) return nodeFileSystem.write(descriptor, bytes);
        await nodeFileSystem.write(descriptor, bytes.subarray(0, 3));
        throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      },
    };
    const fs = withReserve(real, reserve);
    const put = async (text: string): Promise<void> => {
      const path = join(folder, "registry");
      const descriptor = await fs.open(`${path}.new`, "w");
      try {
        await fs.write(descriptor, Buffer.from(text));
      } finally {
        await fs.close(descriptor);
      }
      await fs.rename(`${path}.new`, path);
    };
    await put("first");
    assert.equal(statSync(reserve).size, 64 * 1024);
    full = true;
    await put("second");
    assert.equal(readFileSync(join(folder, "registry"), "utf8"), "second");
    full = false;
    await put("third");
    assert.equal(statSync(reserve).size, 64 * 1024);
  });

  it("keeps other errors", async () => {
    const broken = { ...nodeFileSystem, open: () => Promise.reject(Object.assign(new Error("no"), { code: "EIO" })) };
    await assert.rejects(withReserve(broken, join(folder, "reserve")).open("/x", "w"), { code: "EIO" });
  });
});
