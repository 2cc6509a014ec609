import assert from "node:assert/strict";
import fc from "fast-check";
import {
  emptyEntry,
  emptyOutputEntry,
  imbalance,
  Ledger,
  type LedgerEntry,
  type LedgerSnapshot,
  type OutputEntry,
  sumOf,
} from "../../src/telemetry/ledger.ts";

function entry(of: Partial<LedgerEntry>): LedgerEntry {
  return { ...emptyEntry(), ...of };
}

function output(of: Partial<OutputEntry>): OutputEntry {
  return { ...emptyOutputEntry(), ...of };
}

describe("ledger", () => {
  it("adds up batches, in all and per output", () => {
    const ledger = new Ledger();
    ledger.add({
      totals: entry({ read: 3, created: 1, delivered: 3, filtered: 1 }),
      outputs: new Map([["es", output({ delivered: 3 })]]),
    });
    ledger.add({
      totals: entry({ read: 2, delivered: 1, deadLettered: 1 }),
      outputs: new Map([
        ["es", output({ existing: 1 })],
        ["file", output({ deadLettered: 1 })],
      ]),
    });
    assert.deepEqual(ledger.snapshot(), {
      totals: entry({ read: 5, created: 1, delivered: 4, filtered: 1, deadLettered: 1 }),
      outputs: { es: output({ delivered: 3, existing: 1 }), file: output({ deadLettered: 1 }) },
    });
    assert.equal(imbalance(ledger.snapshot()), 0);
  });

  it("says what is missing, or too much", () => {
    const of = (totals: Partial<LedgerEntry>): number => imbalance({ totals: entry(totals), outputs: {} });
    assert.equal(of({ read: 10, delivered: 7 }), 3);
    assert.equal(of({ read: 1, delivered: 2 }), -1);
    assert.equal(of({ read: 5, created: 1, delivered: 1, filtered: 1, deadLettered: 1, absorbed: 1, unrouted: 1 }), 1);
  });

  it("goes on where it was stored; parts of older versions count as 0, a fresh one forgets", () => {
    const stored = JSON.parse('{"totals":{"read":4,"delivered":4},"outputs":{"es":{"delivered":4}}}') as LedgerSnapshot;
    const ledger = new Ledger(stored);
    ledger.add({ totals: entry({ read: 1, unrouted: 1 }), outputs: new Map() });
    assert.deepEqual(ledger.snapshot().totals, entry({ read: 5, delivered: 4, unrouted: 1 }));
    assert.deepEqual(ledger.snapshot().outputs, { es: output({ delivered: 4 }) });
    ledger.restore(undefined);
    assert.deepEqual(ledger.snapshot(), { totals: emptyEntry(), outputs: {} });
  });

  it("gives snapshots that later batches do not change", () => {
    const ledger = new Ledger();
    ledger.add({ totals: entry({ read: 1 }), outputs: new Map([["es", output({ delivered: 1 })]]) });
    const before = ledger.snapshot();
    ledger.add({ totals: entry({ read: 1 }), outputs: new Map([["es", output({ delivered: 1 })]]) });
    assert.equal(before.totals.read, 1);
    assert.equal(before.outputs["es"]?.delivered, 1);
  });

  it("is the same whether batches are entered in one or in several that are summed, also through JSON", () => {
    const count = fc.nat(1000);
    const entries = fc.record(
      Object.fromEntries(Object.keys(emptyEntry()).map((key) => [key, count])),
    ) as fc.Arbitrary<unknown>;
    const outputs = fc.dictionary(
      fc.constantFrom("a", "b", "constructor"),
      fc.record(
        Object.fromEntries(Object.keys(emptyOutputEntry()).map((key) => [key, count])),
      ) as fc.Arbitrary<unknown>,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(entries, outputs, fc.nat(2))), (batches) => {
        const all = new Ledger();
        const parts = [new Ledger(), new Ledger(), new Ledger()];
        for (const [totals, own, to] of batches) {
          for (const ledger of [all, parts[to] as Ledger])
            ledger.add({
              totals: totals as LedgerEntry,
              outputs: new Map(Object.entries(own as Record<string, OutputEntry>)),
            });
        }
        const stored = parts.map((part) => JSON.parse(JSON.stringify(part.snapshot())) as LedgerSnapshot);
        assert.deepEqual(sumOf(stored), all.snapshot());
      }),
    );
  });
});
