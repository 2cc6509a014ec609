import assert from "node:assert/strict";
import { hostname } from "node:os";
import { resolved } from "../../support/resolved.ts";
import { NOW } from "../../support/run-codec.ts";
import { InputHarness } from "./input-harness.ts";

/** Documents without their time. */
async function documents(config: string, ecs: "v8" | "disabled" = "v8"): Promise<object[]> {
  const heartbeat = await InputHarness.start(`heartbeat { interval => 0.001 count => 2 ${config} }`, ecs);
  await heartbeat.ended;
  return heartbeat.documents().map(({ "@timestamp": _time, ...fields }) => fields);
}

const HOST = hostname();

describe("input heartbeat", () => {
  it("says ok so many times, and ends", async () => {
    const one = { message: "ok", host: { name: HOST } };
    assert.deepEqual(await documents(""), [one, one]);
  });

  it("counts, or gives the time, where it is told to", async () => {
    const sequence = (n: number): object => ({ message: "ok", host: { name: HOST }, event: { sequence: n } });
    assert.deepEqual(await documents("sequence => sequence"), [sequence(1), sequence(2)]);
    const time = Math.floor(NOW / 1000);
    assert.deepEqual(await documents("sequence => epoch"), [sequence(time), sequence(time)]);
    assert.deepEqual(await documents("sequence => sequence message => epoch"), [
      { host: { name: HOST }, event: { sequence: 1 } },
      { host: { name: HOST }, event: { sequence: 2 } },
    ]);
  });

  it("takes message for the kind of number without ECS only", async () => {
    assert.deepEqual(await documents("message => sequence", "disabled"), [
      { host: HOST, clock: 1 },
      { host: HOST, clock: 2 },
    ]);
    const text = { message: "sequence", host: { name: HOST } };
    assert.deepEqual(await documents("message => sequence"), [text, text]);
    const custom = { message: "hi", host: HOST };
    assert.deepEqual(await documents("message => hi sequence => none", "disabled"), [custom, custom]);
  });

  it("stops while it waits", async () => {
    const heartbeat = await InputHarness.start("heartbeat { interval => 1000 }");
    await heartbeat.count(1);
    await heartbeat.stop();
    await heartbeat.ended;
    assert.equal(heartbeat.events.length, 1);
  });

  it("has no interval below zero", () => {
    assert.throws(() => resolved("input { heartbeat { interval => -1 } } output { }"), /between 0 and/);
  });
});
