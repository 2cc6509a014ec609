import assert from "node:assert/strict";
import { type Outcome, Simulation } from "./simulation.ts";

/** What a run leaves behind, or how to see it fail again. */
async function outcomeOf(seed: number, queued = false): Promise<Outcome> {
  const simulation = new Simulation(seed, queued);
  try {
    return await simulation.run();
  } catch (error) {
    if (process.env["ANTLER_SIMULATION_SEED"] !== undefined) console.log(simulation.story.join("\n"));
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed} fails (ANTLER_SIMULATION_SEED=${seed} runs it alone): ${message}`, { cause: error });
  }
}

describe("shipper, pipeline and a model of Elasticsearch through faults and crashes", () => {
  const only = process.env["ANTLER_SIMULATION_SEED"];
  const seeds = Number(process.env["ANTLER_SIMULATION_SEEDS"] ?? 60);

  it("every event arrives, and in the index once", async function () {
    this.timeout(60_000 + seeds * 1000);
    const first = only === undefined ? 1 : Number(only);
    const last = only === undefined ? seeds : first;
    const sums: Record<string, number> = {};
    for (let seed = first; seed <= last; seed++) {
      for (const [name, count] of Object.entries(await outcomeOf(seed))) sums[name] = (sums[name] ?? 0) + count;
    }
    if (seeds > 60 || only !== undefined) console.log(sums);
    // Otherwise this shows nothing.
    if (only !== undefined || seeds < 20) return;
    for (const name of ["shipperDeaths", "pipelineDeaths", "workerDeaths"]) assert.ok((sums[name] ?? 0) > seeds, name);
    assert.ok((sums["operations"] ?? 0) > (sums["events"] ?? 0), "nothing was sent twice");
  });

  it("the same with a persistent queue in the pipeline", async function () {
    this.timeout(60_000 + seeds * 1000);
    const first = only === undefined ? 1 : Number(only);
    const last = only === undefined ? Math.ceil(seeds / 2) : first;
    for (let seed = first; seed <= last; seed++) await outcomeOf(seed, true);
  });

  it("replays from its seed", async () => {
    assert.deepEqual(await outcomeOf(7), await outcomeOf(7));
  });
});
