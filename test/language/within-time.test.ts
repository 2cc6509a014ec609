import assert from "node:assert/strict";
import { createContext, runInContext } from "node:vm";
import { withinTime } from "../../src/language/within-time.ts";

describe("withinTime", () => {
  it("gives what the function gives, and throws what it throws", () => {
    assert.equal(
      withinTime(1000, () => 7),
      7,
    );
    const own = new RangeError("own");
    assert.throws(
      () =>
        withinTime(1000, () => {
          throw own;
        }),
      (error) => error === own,
    );
  });

  it("ends an endless loop in another realm, and goes on afterwards", () => {
    const loop = runInContext("() => { try { for (;;); } finally { for (;;); } }", createContext({})) as () => void;
    assert.throws(() => withinTime(50, loop), /ran for 0\.05 seconds and was ended/);
    assert.equal(
      withinTime(1000, () => "again"),
      "again",
    );
  });
});
