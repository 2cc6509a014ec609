import { imbalance, type LedgerSnapshot, sumOf } from "../../telemetry/ledger.ts";
import { grouped } from "../figures-text.ts";
import type { StoredLedger } from "./read-ledgers.ts";

/** Destinations shown of an output; the others are counted together. */
const SHOWN_DESTINATIONS = 20;

/** Ledgers as a text for people: by owner, input, output. `waiting`: events in spools, by their folder. */
export function renderLedgers(
  ledgers: readonly StoredLedger[],
  waiting: ReadonlyMap<string, number> = new Map(),
): string {
  const owners = [...new Set(ledgers.map(({ owner }) => owner))];
  return owners.map((owner) => renderOwner(owner, ledgers, waiting)).join("\n");
}

function renderOwner(owner: string, ledgers: readonly StoredLedger[], waiting: ReadonlyMap<string, number>): string {
  const own = ledgers.filter((ledger) => ledger.owner === owner);
  const sum = sumOf(own.map(({ snapshot }) => snapshot));
  const lines = [owner];
  const width = Math.max(...own.map(({ input }) => input.length));
  for (const { input, snapshot } of own) lines.push(`  input  ${input.padEnd(width)}  ${balance(snapshot)}`);
  if (own.length > 1) lines.push(`  all    ${" ".repeat(width)}  ${balance(sum)}`);
  for (const [output, counts] of Object.entries(sum.outputs)) {
    const { delivered, existing, conflicts, failureStore, deadLettered } = counts;
    const parts = [`delivered ${grouped(delivered)}`, `already there ${grouped(existing)}`];
    if (conflicts > 0) parts.push(`conflicts ${grouped(conflicts)}`);
    if (failureStore > 0) parts.push(`failure store ${grouped(failureStore)}`);
    parts.push(`dead letters ${grouped(deadLettered)}`);
    lines.push(`  output ${output.padEnd(width)}  ${parts.join(" | ")}`, ...destinations(sum, output));
  }
  const held = own.reduce((total, { spool }) => total + (spool === undefined ? 0 : (waiting.get(spool) ?? 0)), 0);
  if (held > 0) lines.push(`  in the spool: ${grouped(held)} events, which count as delivered above`);
  return `${lines.join("\n")}\n`;
}

/** The sum as an equation, so that one sees that it holds. */
function balance(snapshot: LedgerSnapshot): string {
  const { read, created, delivered, filtered, deadLettered, absorbed, unrouted } = snapshot.totals;
  const left = created > 0 ? `read ${grouped(read)} + created ${grouped(created)}` : `read ${grouped(read)}`;
  const right = [`delivered ${grouped(delivered)}`];
  for (const [name, count] of [
    ["filtered out", filtered],
    ["dead letters", deadLettered],
    ["absorbed", absorbed],
    ["unrouted", unrouted],
  ] as const)
    if (count > 0) right.push(`${name} ${grouped(count)}`);
  const missing = imbalance(snapshot);
  if (missing === 0) return `${left} = ${right.join(" + ")}`;
  const what = missing > 0 ? `${grouped(missing)} have no end` : `${grouped(-missing)} have more than one end`;
  return `${left} ≠ ${right.join(" + ")}: ${what}`;
}

function destinations(sum: LedgerSnapshot, output: string): string[] {
  const all = Object.entries(sum.destinations?.[output] ?? {}).map(([name, days]) => ({
    name,
    count: Object.values(days).reduce((total, count) => total + count, 0),
  }));
  all.sort((a, b) => b.count - a.count);
  const shown = all.slice(0, SHOWN_DESTINATIONS);
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const lines = shown.map(({ name, count }) => `         ${name.padEnd(width)}  ${grouped(count)}`);
  const rest = all.slice(SHOWN_DESTINATIONS).reduce((total, { count }) => total + count, 0);
  if (rest > 0) lines.push(`         ${all.length - SHOWN_DESTINATIONS} others  ${grouped(rest)}`);
  return lines;
}
