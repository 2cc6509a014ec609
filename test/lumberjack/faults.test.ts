import assert from "node:assert/strict";
import { LumberjackSender } from "../../src/lumberjack/sender.ts";
import { LumberjackServer } from "../../src/lumberjack/server.ts";
import { SimulatedNetwork, seeded } from "./simulated-network.ts";
import { ManualClock, Recorder, slices, texts } from "./support.ts";

const WINDOWS = 12;

interface Outcome {
  resent: number;
  lost: number;
  seconds: number;
}

/** One sender and two receivers through a network that breaks; whatever the sender takes for acknowledged is checked against what was really done. */
async function simulate(seed: number): Promise<Outcome> {
  const random = seeded(seed);
  const clock = new ManualClock();
  const network = new SimulatedNetwork(clock, random);
  const recorder = new Recorder();
  const done = new Set<string>();
  const receivers = [0, 1].map(
    () =>
      new LumberjackServer({
        host: "receiver",
        port: 0,
        clock,
        network,
        counters: recorder,
        limits: { arenaBytes: 512, maxBlockEvents: 7, maxConnectionBytes: 3_000, keepaliveMs: 3_000 },
        onEvents: (_, block) => {
          const events = texts(block);
          const acknowledge = (count: number): void => {
            for (const event of events.slice(0, count)) done.add(event);
            block.acknowledge(count);
          };
          if (random() < 0.3) acknowledge(1 + Math.floor(random() * block.count));
          clock.after(random() * 200, () => block.release());
          // Now and then a block takes far longer than a sender's patience without keep-alives.
          clock.after(random() ** 8 * 100_000, () => acknowledge(block.count));
        },
      }),
  );
  const hosts: { host: string; port: number }[] = [];
  for (const receiver of receivers) hosts.push({ host: "receiver", port: (await receiver.listen()).port });
  const sender = new LumberjackSender({
    hosts,
    mode: random() < 0.5 ? "failover" : "loadbalance",
    pipelining: 1 + Math.floor(random() * 3),
    compressionLevel: 0,
    random,
    clock,
    network,
    counters: recorder,
  });
  const early: string[] = [];
  let left = WINDOWS;
  for (let window = 0; window < WINDOWS; window++) {
    const events = Array.from({ length: 1 + Math.floor(random() * 30) }, (_, i) =>
      JSON.stringify({ window, i, pad: "x".repeat(random() * 90) }),
    );
    void sender.send(slices(events)).then(() => {
      left--;
      early.push(...events.filter((event) => !done.has(event)));
    });
  }
  for (let step = 0; left > 0; step++) {
    assert.ok(step < 40_000, `seed ${seed}: ${left} windows are stuck`);
    // In the end the network holds, so that everything must arrive.
    if (clock.now() > 600_000) network.calm = true;
    clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
  sender.close();
  assert.deepEqual(early, [], `seed ${seed}: acknowledged and not done`);
  return {
    resent: recorder.count("windows_resent"),
    lost: recorder.count("connections_lost"),
    seconds: clock.now() / 1000,
  };
}

describe("lumberjack through a network that breaks", () => {
  it("acknowledges nothing that is not done, and gets everything through", async () => {
    const seeds = Number(process.env["ANTLER_LUMBERJACK_SEEDS"] ?? 60);
    const total: Outcome = { resent: 0, lost: 0, seconds: 0 };
    for (let seed = 1; seed <= seeds; seed++) {
      const outcome = await simulate(seed);
      total.resent += outcome.resent;
      total.lost += outcome.lost;
      total.seconds += outcome.seconds;
    }
    // Otherwise this shows nothing.
    assert.ok(total.lost > seeds && total.resent > seeds, JSON.stringify(total));
  });

  it("replays from its seed", async () => {
    assert.deepEqual(await simulate(7), await simulate(7));
  });
});
