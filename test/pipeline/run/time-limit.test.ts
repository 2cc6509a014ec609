import assert from "node:assert/strict";
import { runPipeline } from "../../support/run-antler.ts";

/** Patterns that take for ever on the culprit, by what makes them hard for V8's other engines too. */
const CATASTROPHIC: Readonly<Record<string, { pattern: string; culprit: string }>> = {
  "a nested quantifier with a lookbehind": { pattern: "^(?<=^)(?:x+x+)+y", culprit: "x".repeat(60) },
  "one that ignores case": { pattern: "(?i)^(?:(?:x+)+)+y", culprit: "X".repeat(60) },
  "a large counted repetition": { pattern: "^(?:[0-9a-z-]{0,62}){0,62}(?:x+)+y", culprit: "x".repeat(60) },
};

describe("the time limit of a chunk", function () {
  this.timeout(30_000);

  for (const [what, { pattern, culprit }] of Object.entries(CATASTROPHIC)) {
    it(`tags the culprit of ${what} and lets the others through`, async () => {
      const lines = [
        ...Array.from({ length: 300 }, (_, i) => `good ${i}`),
        culprit,
        ...Array.from({ length: 300 }, (_, i) => `good ${300 + i}`),
      ];
      const filter = `grok { match => { "message" => ["^good %{INT:n:int}", "${pattern}"] } } mutate { add_field => { "after" => "yes" } }`;
      const { documents, ledger } = await runPipeline(filter, lines);
      assert.equal(documents.length, 601);
      const good = documents.filter(({ n }) => typeof n === "number");
      assert.deepEqual(
        good.map(({ n }) => n).sort((a, b) => Number(a) - Number(b)),
        Array.from({ length: 600 }, (_, i) => i),
      );
      assert.ok(
        good.every(({ tags }) => tags === undefined),
        "good events are not tagged",
      );
      const [slow] = documents.filter(({ message }) => message === culprit);
      assert.deepEqual(slow?.["tags"], ["_groktimeout"]);
      assert.equal(slow?.["after"], "yes", "the event goes on behind the filter");
      assert.equal(ledger["imbalance"], 0);
    });
  }

  it("dead-letters a record on which a condition stalls", async () => {
    const filter = "if [message] =~ /^(?:x+x+)+y/ { drop { } }";
    const { documents, ledger } = await runPipeline(filter, ["good", "x".repeat(60), "better"]);
    assert.deepEqual(
      documents.map(({ message }) => message),
      ["good", "better"],
    );
    assert.equal((ledger["totals"] as { deadLettered: number }).deadLettered, 1);
    assert.equal(ledger["imbalance"], 0);
  });

  it("keeps to a shorter timeout_millis for an event by itself", async () => {
    const filter = 'grok { match => { "message" => "^(?:x+x+)+y" } timeout_millis => 50 }';
    const { documents } = await runPipeline(filter, ["x".repeat(60)]);
    assert.deepEqual(documents[0]?.["tags"], ["_groktimeout"]);
  });
});
