import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { parseJson } from "../../src/transform/parse-json.ts";

describe("parseJson", () => {
  it("parses what JSON.parse does and throws what it throws", () => {
    assert.deepEqual(parseJson('{"a":[1,null]}'), { a: [1, null] });
    assert.throws(() => parseJson("{"), SyntaxError);
  });

  it("refuses, in a worker with little heap, a text that V8 would end the process on", async () => {
    const module = new URL("../../src/transform/parse-json.js", import.meta.url).href;
    const code = `import(${JSON.stringify(module)}).then(({ parseJson }) => {
      const { parentPort } = require("node:worker_threads");
      try { parseJson("[" + "[],".repeat(3000000) + "[]]"); parentPort.postMessage("parsed"); }
      catch (error) { parentPort.postMessage(error.name); }
    });`;
    const worker = new Worker(code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 60 } });
    const [answer] = (await once(worker, "message")) as [string];
    await worker.terminate();
    assert.equal(answer, "RangeError");
  });
});
