import assert from "node:assert/strict";
import type { DeadLetter } from "../../src/segments/dead-letter-store.ts";
import { imbalance, type LedgerSnapshot } from "../../src/telemetry/ledger.ts";
import type { Fate } from "./log-writers.ts";

/** Everything that a run left behind. */
export interface Arrivals {
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  /** What the failure store keeps; undefined where there is none. */
  readonly failures: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly deadLetters: DeadLetter[];
  /** Ledgers of shipper and pipeline. */
  readonly shipped: LedgerSnapshot;
  readonly processed: LedgerSnapshot;
}

const CODES: Readonly<Partial<Record<Fate, string>>> = {
  poison: "document_parsing_exception",
  killer: "worker_died",
  jumbo: "request_too_large",
};

/** What arrived must be what was written: every event at the end that it should have, and in the index once. */
export function checkArrivals(written: ReadonlyMap<string, Fate>, arrived: Arrivals): void {
  const messages = (sources: readonly Readonly<Record<string, unknown>>[]): string[] =>
    sources.map((source) => String(source["message"])).sort();
  const ofFate = (fate: Fate): string[] =>
    [...written]
      .filter((entry) => entry[1] === fate)
      .map(([message]) => message)
      .sort();

  same(messages(arrived.documents), ofFate("delivered"), "documents");
  const dead = new Map<string, Set<string>>();
  for (const { code, reason, raw } of arrived.deadLetters) {
    assert.notEqual(reason, "");
    const messagesOfCode = dead.get(code) ?? new Set();
    messagesOfCode.add(String((JSON.parse(Buffer.from(raw).toString()) as Record<string, unknown>)["message"]));
    dead.set(code, messagesOfCode);
  }
  if (arrived.failures !== undefined) dead.set(CODES.poison as string, new Set(messages(arrived.failures)));
  for (const [fate, code] of Object.entries(CODES)) {
    same([...(dead.get(code) ?? [])].sort(), ofFate(fate as Fate), `dead letters with ${code}`);
    dead.delete(code);
  }
  assert.deepEqual([...dead.keys()], [], "dead letters for no good reason");

  assert.equal(imbalance(arrived.shipped), 0, "the shipper's ledger does not balance");
  assert.equal(imbalance(arrived.processed), 0, "the pipeline's ledger does not balance");
  assert.equal(arrived.shipped.totals.delivered, written.size, "events in the shipper's ledger");
  assert.ok(arrived.processed.totals.read >= written.size, "events in the pipeline's ledger");
}

function same(arrived: readonly string[], expected: readonly string[], what: string): void {
  const missing = expected.filter((message) => !arrived.includes(message));
  const foreign = arrived.filter((message) => !expected.includes(message));
  const twice = arrived.filter((message, i) => message === arrived[i + 1]);
  const short = (list: readonly string[]): string[] => list.slice(0, 10).map((message) => message.slice(0, 60));
  assert.deepEqual(
    { missing: short(missing), foreign: short(foreign), twice: short(twice) },
    { missing: [], foreign: [], twice: [] },
    `${what}: ${missing.length} missing, ${foreign.length} foreign, ${twice.length} twice`,
  );
}
