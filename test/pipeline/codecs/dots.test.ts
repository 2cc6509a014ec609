import assert from "node:assert/strict";
import { dots } from "../../../src/pipeline/codecs/dots.ts";
import { encode } from "./support.ts";

describe("dots codec", () => {
  it("writes a dot an event and nothing else", () => assert.equal(encode(dots, {}, {}, { message: "x" }), ".."));
});
