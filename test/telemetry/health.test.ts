import assert from "node:assert/strict";
import { healthOf, worstOf } from "../../src/telemetry/health.ts";
import { someFigures, someOutput } from "../support/figures.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

describe("health", () => {
  const queue = { pipeline: "main", events: 5, bytes: 9, maxBytes: 10, timesFull: 1, full: true, lostEvents: 0 };
  const letters = {
    enabled: true,
    kept: {},
    dropped: {},
    waited: 1,
    blocked: true,
    bytes: 9,
    maxBytes: 10,
    policy: "block",
  };
  const cases: [name: string, figures: Parameters<typeof someFigures>[0], status: string, reason?: RegExp][] = [
    ["nothing to say", {}, "green"],
    ["starting", { phase: "starting", workers: { wanted: 2, alive: 0, died: 0 } }, "yellow", /^it is starting$/],
    ["an output at work", { outputs: [someOutput({ underWay: 3, waitingSince: NOW - 9_000 })] }, "green"],
    [
      "an output that says what holds it up",
      { outputs: [someOutput({ underWay: 3, waitingSince: NOW - 10, trouble: "it is busy" })] },
      "yellow",
      /^output elasticsearch#1 is held up: it is busy$/,
    ],
    [
      "an output that was held up before, and has nothing to do",
      { outputs: [someOutput({ trouble: "it is busy" })] },
      "green",
    ],
    [
      "an output that ends nothing",
      { outputs: [someOutput({ underWay: 3, waitingSince: NOW - 10_000 })] },
      "yellow",
      /^output elasticsearch#1 is blocked since 2026-11-23T11:59:50.000Z$/,
    ],
    [
      "an output that has ended nothing for long, in one of several pipelines",
      {
        pipelines: ["a", "b"],
        outputs: [someOutput({ pipeline: "b", waitingSince: NOW - 60_000, trouble: "no route" })],
      },
      "red",
      /^output b\/elasticsearch#1 is blocked since 2026-11-23T11:59:00.000Z: no route$/,
    ],
    ["a full queue", { queues: [queue] }, "red", /^the queue of main is full \(10 bytes at most\)/],
    ["a queue with room", { queues: [{ ...queue, full: false }] }, "green"],
    ["dead letters without room", { deadLetters: letters }, "red", /^dead letters cannot be kept/],
    ["a worker that is missing", { workers: { wanted: 2, alive: 1, died: 1 } }, "yellow", /^1 of 2 workers are alive$/],
    ["no worker", { workers: { wanted: 2, alive: 0, died: 2 } }, "red", /^no worker is alive$/],
  ];
  for (const [name, figures, status, reason] of cases)
    it(`${name}: ${status}`, () => {
      const findings = healthOf(someFigures(figures), NOW);
      assert.equal(worstOf(findings), status);
      if (reason === undefined) assert.deepEqual(findings, []);
      else assert.match(findings[0]?.reason ?? "", reason);
    });

  it("says the worst first", () => {
    const findings = healthOf(someFigures({ phase: "stopping", queues: [queue] }), NOW);
    assert.deepEqual(
      findings.map(({ status }) => status),
      ["red", "yellow"],
    );
  });
});
