import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { PipelineStatus } from "../../src/cli/pipeline-status.ts";
import type { Figures } from "../../src/telemetry/figures.ts";
import { emptyEntry } from "../../src/telemetry/ledger.ts";
import { someFigures, someInput, someOutput } from "../support/figures.ts";

describe("the status line of antler pipeline", () => {
  it("shows speeds since the last look, what holds things up, and what waits", () => {
    let now = 1_000_000;
    let figures: Figures = someFigures({ inputs: [someInput()] });
    const out = Object.assign(new PassThrough(), { isTTY: true, columns: 80 }) as unknown as NodeJS.WriteStream;
    const status = new PipelineStatus(
      () => figures,
      out,
      () => now,
    );
    try {
      now += 2000;
      const counts = { ...emptyEntry(), read: 4000, delivered: 3000, deadLettered: 1000 };
      figures = someFigures({ inputs: [someInput({ counts, recordsInFlight: 4096, bytesBehind: 1_200_000 })] });
      assert.equal(
        status.text(),
        "read 2,000/s | delivered 1,500/s | 1.2 MB behind | 4,096 in flight | 1,000 dead letters",
      );
      now += 1000;
      figures = someFigures({
        inputs: [someInput({ counts })],
        outputs: [someOutput({ waitingSince: now - 500, trouble: "it is\n\u001b[2Jbusy", held: 12 })],
        queues: [{ pipeline: "main", events: 7, bytes: 1, maxBytes: 2, timesFull: 0, full: false, lostEvents: 0 }],
      });
      assert.equal(
        status.text(),
        "read 0/s | delivered 0/s | output elasticsearch#1 is held up: it is [2Jbusy | 7 queued | 12 held | 0 in flight | 1,000 dead letters",
      );
    } finally {
      status.stop();
    }
  });
});
