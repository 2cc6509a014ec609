import assert from "node:assert/strict";
import { HostStates } from "../../src/elastic/host-states.ts";

const [a, b, c] = [{ name: "a" }, { name: "b" }, { name: "c" }];
const hosts = [a, b, c];

describe("states of hosts", () => {
  it("takes the living ones in turn, and leaves dead ones out until they answer", () => {
    const states = new HostStates<object>();
    assert.deepEqual(
      [0, 0, 0, 0].map((now) => states.choose(hosts, now)),
      [a, b, c, a],
    );
    states.dead(b, 0);
    assert.deepEqual(
      [1, 1, 1].map((now) => states.choose(hosts, now)),
      [c, a, c],
    );
    assert.deepEqual(states.due(999, 5000), []);
    assert.deepEqual(states.due(1000, 5000), [b]);
    assert.deepEqual(states.due(1001, 5000), [], "it is being asked");
    states.alive(b);
    assert.deepEqual(
      [2, 2, 2].map((now) => states.choose(hosts, now)),
      [a, b, c],
    );
  });

  it("pauses double up to a minute, once for requests that fail together", () => {
    const states = new HostStates<object>();
    let now = 0;
    const pauses: number[] = [];
    for (let i = 0; i < 9; i++) {
      states.stillDead(a, now);
      states.dead(a, now);
      let until = now;
      while (states.due(until, 0).length === 0) until += 500;
      pauses.push(until - now);
      now = until;
    }
    assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it("when all are dead they are asked one after the other", () => {
    const states = new HostStates<object>();
    for (const host of hosts) states.dead(host, 0);
    const asked = new Set(Array.from({ length: 3 }, (_none, i) => states.choose(hosts, 2000 + i)));
    assert.equal(asked.size, 3);
  });
});
