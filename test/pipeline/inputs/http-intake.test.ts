import assert from "node:assert/strict";
import { HeldBytes } from "../../../src/pipeline/inputs/http-intake.ts";
import { HttpRefusal } from "../../../src/sources/http/refusal.ts";

describe("memory for bodies", () => {
  it("always has room for one of them, and refuses others when it is full", () => {
    const held = new HeldBytes(100);
    held.take(150);
    assert.throws(
      () => held.take(1),
      (error) => error instanceof HttpRefusal && error.status === 429,
    );
    held.give(150);
    held.take(60);
    held.take(40);
    assert.throws(() => held.take(1), HttpRefusal);
  });
});
