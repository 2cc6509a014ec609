import { EARLIER } from "../../telemetry/destinations.ts";
import type { LedgerSnapshot } from "../../telemetry/ledger.ts";
import { grouped } from "../figures-text.ts";
import type { Difference, Proof } from "./prove.ts";

export interface ProofReport extends Proof {
  /** Outputs of the ledger that the configuration does not have. */
  readonly unknown: readonly string[];
  readonly imbalance: number;
  readonly unreadable: readonly string[];
}

/** A proof as a text for people. */
export function renderProof(report: ProofReport, ledger: LedgerSnapshot): string {
  const lines: string[] = [];
  for (const { destination, reason } of report.failed) lines.push(`not asked: ${destination}: ${reason}`);
  for (const output of report.unknown)
    lines.push(`not asked: the configuration has no elasticsearch output ${output}; give the one that ran`);
  for (const one of report.missing) lines.push(`missing: ${difference(one, one.counted - one.there)}`);
  if (report.missing.length > 0) lines.push(...reasons(report));
  for (const one of report.more) lines.push(`more: ${difference(one, one.there - one.counted)}`);
  if (report.more.length > 0)
    lines.push("  other pipelines or programs write there too, or documents were made twice across a rollover");
  const outside = notHeldAgainst(ledger);
  if (outside > 0)
    lines.push(`${grouped(outside)} events went where no count can tell them: ids of the user's, or other outputs`);
  if (report.imbalance !== 0) lines.push(`the ledger itself does not balance: ${report.imbalance}; see antler ledger`);
  const bad = report.missing.length + report.failed.length + report.unknown.length + report.unreadable.length;
  const held = `${grouped(report.events)} events on ${grouped(report.days)} days`;
  lines.push(
    bad === 0 && report.imbalance === 0 ? `proved: ${held} are there` : `not proved: ${held} were held against`,
  );
  return `${lines.join("\n")}\n`;
}

function difference({ destination, day, counted, there }: Difference, by: number): string {
  const when = day === EARLIER ? "on earlier days, or without a time" : `on ${day}`;
  return `${grouped(by)} in ${destination} ${when}: ${grouped(counted)} delivered, ${grouped(there)} there`;
}

/** What is likely the reason, as far as the pattern tells. */
function reasons({ missing, absent }: Proof): string[] {
  const gone = missing.filter(({ there }) => there === 0);
  const lines: string[] = [];
  for (const destination of absent) lines.push(`  ${destination} is not there any more: deleted, or another cluster`);
  if (gone.some(({ destination }) => !absent.includes(destination)))
    lines.push("  whole days are gone: retention, or a deleted backing index");
  if (missing.some(({ there }) => there > 0))
    lines.push("  parts of days are gone: documents were deleted, or retention has begun with that day");
  return lines;
}

function notHeldAgainst({ outputs, destinations = {} }: LedgerSnapshot): number {
  let outside = 0;
  for (const [name, { delivered, existing }] of Object.entries(outputs)) {
    const counted = Object.values(destinations[name] ?? {}).flatMap((days) => Object.values(days));
    outside += delivered + existing - counted.reduce((sum, count) => sum + count, 0);
  }
  return Math.max(0, outside);
}
