import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WindowOutcome } from "../../../src/shipper/outputs/window-sender.ts";
import { Spool } from "../../../src/shipper/spool/spool.ts";
import { until } from "../../lumberjack/support.ts";
import { mountSmall } from "../../store/small-filesystem.ts";
import { numbered } from "../windows.ts";
import { type Arrivals, ModelSender } from "./spool-model.ts";

const WINDOWS = 30;
const EVENTS = 1000;

describe("spool on a real disk that is full", function () {
  this.timeout(30_000);

  it("holds what fits, lets the rest wait, and goes on when the output takes events", async function () {
    const small = mountSmall(2 << 20);
    if (small === undefined) return this.skip();
    const arrivals: Arrivals = new Map();
    const sender = new ModelSender(arrivals);
    sender.trouble = "down";
    const messages: string[] = [];
    const note = (message: string): void => void messages.push(message);
    const spool = await Spool.open(sender, {
      folder: join(small.folder, "spool"),
      maxBytes: 1 << 30,
      segmentBytes: 300_000,
      log: { info: note, warn: note, error: note },
    });
    try {
      const outcomes: (WindowOutcome | undefined)[] = [];
      // As a source does it: a few at a time.
      let next = 0;
      const more = (): void => {
        if (next === WINDOWS) return;
        const at = next++;
        void spool.send(numbered(at * EVENTS, (at + 1) * EVENTS)).then((outcome) => {
          outcomes[at] = outcome;
          more();
        });
      };
      for (let i = 0; i < 3; i++) more();
      await until(() => messages.some((message) => message.includes("cannot be written to")));
      await sleep(1200);
      const fit = outcomes.filter((outcome) => outcome?.spooled === EVENTS).length;
      assert.ok(fit > 3 && fit < 20, String(fit));
      assert.match(spool.trouble ?? "", /ENOSPC/);
      assert.equal(messages.filter((message) => message.includes("cannot be written to")).length, 1);
      sender.trouble = undefined;
      while (outcomes.filter((outcome) => outcome !== undefined).length < WINDOWS || spool.held.events > 0) {
        sender.deliver();
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(arrivals.size, WINDOWS * EVENTS);
      assert.deepEqual([...new Set(arrivals.values())], [1]);
      assert.equal(spool.trouble, undefined);
    } finally {
      await spool.close();
      small.unmount();
    }
  });
});
