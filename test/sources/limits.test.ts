import assert from "node:assert/strict";
import { LimitedWarnings } from "../../src/sources/limited-warnings.ts";
import { ReverseLookup } from "../../src/sources/reverse-lookup.ts";

describe("warnings that strangers can cause", () => {
  it("are written a few times a minute each, then counted", () => {
    let now = 0;
    const said: [string, object | undefined][] = [];
    const warnings = new LimitedWarnings({ warn: (message, details) => said.push([message, details]) }, () => now);
    for (let n = 0; n < 8; n++) warnings.warn("a", { n });
    warnings.warn("b");
    assert.equal(said.length, 6);
    now = 60_000;
    warnings.warn("a", { n: 8 });
    assert.deepEqual(said.slice(6), [
      ["a", { more: 3 }],
      ["a", { n: 8 }],
    ]);
    for (let n = 0; n < 5; n++) warnings.warn("a");
    warnings.flush();
    assert.deepEqual(said.at(-1), ["a", { more: 1 }]);
  });
});

describe("names of addresses", () => {
  it("are asked for once in a while; an address without one is its own name", async () => {
    let now = 0;
    const asked: string[] = [];
    const lookup = new ReverseLookup(
      () => now,
      (address) => {
        asked.push(address);
        return address === "::1" ? Promise.reject(new Error("none")) : Promise.resolve(["gate.example.org", "other"]);
      },
    );
    assert.equal(await lookup.nameOf("10.0.0.1"), "gate.example.org");
    assert.equal(await lookup.nameOf("::1"), "::1");
    await lookup.nameOf("10.0.0.1");
    await lookup.nameOf("::1");
    assert.deepEqual(asked, ["10.0.0.1", "::1"]);
    now = 700_000;
    await lookup.nameOf("10.0.0.1");
    assert.equal(asked.length, 3);
  });

  it("are not waited for for ever", async function () {
    this.timeout(10_000);
    const lookup = new ReverseLookup(Date.now, () => new Promise(() => {}));
    assert.equal(await lookup.nameOf("10.0.0.1"), "10.0.0.1");
  });
});
