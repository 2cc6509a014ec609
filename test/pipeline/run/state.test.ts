import assert from "node:assert/strict";
import { runPipeline } from "../../support/run-antler.ts";

/** Enough for several batches, so that two workers would share them. */
const LINES = 30_000;

describe("filters that keep state, in a pipeline with several workers", function () {
  this.timeout(60_000);

  it("see every event, one after the other, in order", async () => {
    const lines = Array.from({ length: LINES }, (_, i) => `line ${i}`);
    const filter = `ruby {
      init => "@count = 0"
      code => 'event.set("nth", @count); @count += 1'
    }`;
    const { documents, ledger } = await runPipeline(filter, lines, ["-w", "2", "-b", "500"]);
    assert.equal(documents.length, LINES);
    for (const { nth, message } of documents) assert.equal(message, `line ${nth}`);
    assert.equal(ledger["imbalance"], 0);
  });

  it("make what they have left when the pipeline ends, counted as created", async () => {
    const filter = `aggregate {
      task_id => "%{[host][hostname]}"
      code => "map['sum'] ||= 0; map['sum'] += event.get('message').to_i; event.cancel"
      push_previous_map_as_event => true
      timeout => 600
    }`;
    const { documents, ledger } = await runPipeline(filter, ["1", "2", "39"], ["-w", "2"]);
    assert.deepEqual(
      documents.map(({ sum }) => sum),
      [42],
    );
    assert.equal(ledger["imbalance"], 0);
    const totals = ledger["totals"] as { read: number; filtered: number; created: number; delivered: number };
    assert.equal(totals.read, 3);
    assert.equal(totals.filtered, 3);
    assert.deepEqual([totals.created, totals.delivered], [1, 1]);
  });

  it("wait without holding up the time limit, with several workers", async () => {
    const filter = 'sleep { time => "0.02" every => 100 } mutate { add_field => { "after" => "yes" } }';
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`);
    const { documents, ledger } = await runPipeline(filter, lines, ["-w", "2"]);
    assert.equal(documents.filter(({ after, tags }) => after === "yes" && tags === undefined).length, 500);
    assert.equal(ledger["imbalance"], 0);
  });
});
