import assert from "node:assert/strict";
import { FileHistory } from "../../../src/shipper/watch/file-history.ts";
import { rotationLoss } from "../../../src/shipper/watch/rotation-loss.ts";
import type { TailFileStatus } from "../../../src/tail/tail.ts";

function file(own: Partial<TailFileStatus> = {}): TailFileStatus {
  const offsets = { acknowledged: 100, read: 100, size: 100 };
  return { input: "app", path: "/l/a", id: "A", generation: 0, ...offsets, open: true, past: false, seenAt: 0, ...own };
}

describe("file history", () => {
  it("says what happened to files between two looks", () => {
    const history = new FileHistory();
    const changes = (...files: TailFileStatus[]): string[] =>
      history.look(files, 0).map(({ action, file: of }) => `${action} ${of.path} ${of.id}.${of.generation}`);
    assert.deepEqual(changes(file()), [], "what was there before is no news");
    assert.deepEqual(changes(file(), file({ id: "B", path: "/l/b" })), ["file-found /l/b B.0"]);
    assert.deepEqual(changes(file({ path: "/l/a.1" }), file({ id: "C" })), [
      "file-renamed /l/a.1 A.0",
      "file-rotated /l/a C.0",
      "file-forgotten /l/b B.0",
    ]);
    assert.deepEqual(changes(file({ path: "/l/a.1", open: false }), file({ id: "C", past: true })), [
      "file-closed /l/a.1 A.0",
      "file-removed /l/a C.0",
    ]);
    assert.deepEqual(changes(file({ id: "C", past: true }), file({ id: "C", generation: 1, path: "/l/a" })), [
      "file-truncated /l/a C.1",
      "file-forgotten /l/a.1 A.0",
    ]);
  });

  it("tells for how long unacknowledged bytes have been known", () => {
    const history = new FileHistory();
    const seconds = (own: Partial<TailFileStatus>, at: number): number => {
      history.look([file(own)], at);
      return history.figures(at)[0]?.secondsBehind ?? -1;
    };
    assert.equal(seconds({}, 0), 0);
    assert.equal(seconds({ size: 200 }, 1000), 0);
    assert.equal(seconds({ size: 300 }, 5000), 4);
    assert.equal(seconds({ size: 300, acknowledged: 200 }, 6000), 1, "what is acknowledged is not behind");
    assert.equal(seconds({ size: 300, acknowledged: 250 }, 9000), 4);
    assert.equal(seconds({ size: 300, acknowledged: 300 }, 9000), 0);
  });

  it("keeps few marks however long a file grows", () => {
    const history = new FileHistory();
    for (let i = 0; i < 1000; i++) history.look([file({ size: 101 + i })], i * 1000);
    assert.equal(history.figures(1_000_000)[0]?.secondsBehind, 1000);
  });

  it("guesses what the next rotation takes along", () => {
    const history = new FileHistory();
    for (const [id, at] of [
      ["A", 0],
      ["B", 60_000],
      ["C", 120_000],
    ] as const)
      history.look([file({ id, size: 150 })], at);
    history.look([file({ id: "C", size: 150 })], 130_000);
    const loss = history.figures(130_000)[0]?.loss;
    assert.equal(loss?.seconds, 50);
    assert.equal(loss?.bytes, 50);
  });
});

describe("rotation loss", () => {
  const pace = { unreadBytes: 1000, writtenPerSecond: 50, readPerSecond: 20, rotations: [0, 100_000], now: 150_000 };
  it("adds what is written until then and not read", () =>
    assert.deepEqual(rotationLoss(pace), { bytes: 2500, seconds: 50 }));
  it("is nothing where the reader catches up", () =>
    assert.equal(rotationLoss({ ...pace, readPerSecond: 100 }), undefined));
  it("is unknown before two rotations were seen", () =>
    assert.equal(rotationLoss({ ...pace, rotations: [0] }), undefined));
  it("takes the usual time between them, and expects an overdue one at once", () => {
    const rotations = [0, 100_000, 110_000, 210_000];
    assert.deepEqual(rotationLoss({ ...pace, rotations, now: 260_000 })?.seconds, 50);
    assert.deepEqual(rotationLoss({ ...pace, rotations, now: 400_000 }), { bytes: 1000, seconds: 0 });
  });
});
