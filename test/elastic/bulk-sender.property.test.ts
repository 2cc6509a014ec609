import assert from "node:assert/strict";
import fc from "fast-check";
import type { BulkOutcome } from "../../src/elastic/bulk-types.ts";
import { ITEM_FAULTS, REQUEST_FAULTS } from "../support/elasticsearch-model.ts";
import { creates, STREAM, sending } from "./sending.ts";

/** `status 413` at random would reject documents that an earlier request in doubt has brought; maxRequestBytes makes real ones. */
const FAULTS = [...REQUEST_FAULTS.filter((fault) => fault !== "status 413"), ...ITEM_FAULTS];

const faults: fc.Arbitrary<Record<string, number>> = fc
  .tuple(...FAULTS.map(() => fc.double({ min: 0, max: 0.06, noNaN: true })))
  .map((chances) => Object.fromEntries(FAULTS.map((fault, i) => [fault, chances[i] as number])));

const BODIES = 12;
const SIZE = 20;

const refuses = (source: Record<string, unknown>) =>
  /line \d*7 /.test(String(source["message"])) ? "the mapping does not take it" : undefined;

function sum({ delivered, existing, conflicts, failureStore, rejected }: BulkOutcome): number {
  return delivered + existing + conflicts + failureStore + rejected.length;
}

async function run(seed: number, chances: Record<string, number>): Promise<string> {
  const { sender, model, said, clock } = sending(
    { seed, faults: chances, refuses, maxRequestBytes: 1200 },
    { maxBytes: 2000, maxInFlight: 6 },
  );
  const bodies = Array.from({ length: BODIES }, (_none, i) => creates(SIZE, i * SIZE));
  const outcomes = await Promise.all(bodies.map((body) => sender.send(body)));
  assert.equal(model.documents.count(STREAM), model.documents.of(STREAM).size);
  outcomes.forEach((one, i) => {
    assert.equal(sum(one), SIZE);
    const places = one.rejected.map(({ index }) => index).sort((a, b) => a - b);
    assert.deepEqual(
      places,
      Array.from({ length: SIZE }, (_none, k) => k).filter((k) => (i * SIZE + k) % 10 === 7),
    );
    assert.ok(one.rejected.every(({ code }) => code === "document_parsing_exception"));
  });
  const there = [...model.documents.of(STREAM)];
  const wanted = Array.from({ length: BODIES * SIZE }, (_none, i) => i).filter((i) => i % 10 !== 7);
  assert.deepEqual(there.map(([id]) => id).sort(), wanted.map((i) => `d${i}`).sort());
  for (const [id, { message }] of there) assert.equal(message, `line ${id.slice(1)} ü`);
  assert.ok(model.mostInFlight <= 6);
  return JSON.stringify([outcomes, model.requests, model.operations, clock.now(), said]);
}

describe("bulk sender, with faults from a seed", () => {
  it("brings every document exactly once, and its outcomes add up", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), faults, async (seed, chances) => {
        await run(seed, chances);
      }),
      { numRuns: 150 },
    );
  });

  it("replays a seed", async () => {
    const chances = Object.fromEntries(FAULTS.map((fault) => [fault, 0.05]));
    assert.equal(await run(42, chances), await run(42, chances));
    assert.notEqual(await run(42, chances), await run(43, chances));
  });
});
