import type { ApiConnection } from "../../elastic/bulk-types.ts";
import { countDays, type DayCounts } from "../../elastic/count-days.ts";
import { type DestinationCounts, EARLIER } from "../../telemetry/destinations.ts";

/** A cluster, and what ledgers say is there. */
export interface Claim {
  readonly connection: ApiConnection;
  /** For messages. */
  readonly cluster: string;
  readonly destinations: DestinationCounts;
}

/** A day of a destination on which the counts differ. `there` is what Elasticsearch has. */
export interface Difference {
  readonly cluster: string;
  readonly destination: string;
  /** `earlier`: the days that the ledger no longer tells apart, and documents without a time. */
  readonly day: string;
  readonly counted: number;
  readonly there: number;
}

export interface Proof {
  /** Events held against documents, and days of destinations. */
  readonly events: number;
  readonly days: number;
  readonly missing: readonly Difference[];
  /** Days with more documents than these ledgers know of. */
  readonly more: readonly Difference[];
  /** Destinations that are not there at all. */
  readonly absent: readonly string[];
  /** What could not be asked: destination, and why. */
  readonly failed: readonly { readonly destination: string; readonly reason: string }[];
}

/** Holds the ledgers against Elasticsearch, day by day. `progress` hears of each destination. */
export async function prove(
  claims: readonly Claim[],
  progress: (done: number, of: number) => void,
  signal: AbortSignal,
): Promise<Proof> {
  const missing: Difference[] = [];
  const more: Difference[] = [];
  const absent: string[] = [];
  const failed: { destination: string; reason: string }[] = [];
  const of = claims.reduce((sum, { destinations }) => sum + Object.keys(destinations).length, 0);
  let events = 0;
  let days = 0;
  let done = 0;
  for (const { connection, cluster, destinations } of claims) {
    for (const [destination, counted] of Object.entries(destinations)) {
      let found: DayCounts;
      try {
        found = await countDays(connection, destination, signal);
      } catch (error) {
        signal.throwIfAborted();
        failed.push({ destination, reason: (error as Error).message });
        continue;
      } finally {
        progress(++done, of);
      }
      if (!found.exists) absent.push(destination);
      for (const { day, counted: count, there } of compared(counted, found.days)) {
        events += count;
        days++;
        if (there < count) missing.push({ cluster, destination, day, counted: count, there });
        else if (there > count) more.push({ cluster, destination, day, counted: count, there });
      }
    }
  }
  return { events, days, missing, more, absent, failed };
}

/** The days of the ledger and what is there on them; days that it does not tell apart are compared together. */
function compared(
  counted: Readonly<Record<string, number>>,
  found: DayCounts["days"],
): { day: string; counted: number; there: number }[] {
  const rows = Object.entries(counted)
    .filter(([day]) => day !== EARLIER)
    .map(([day, count]) => ({ day, counted: count, there: found[day] ?? 0 }));
  const earlier = counted[EARLIER];
  if (earlier !== undefined) {
    const rest = Object.entries(found).filter(([day]) => day === EARLIER || counted[day] === undefined);
    rows.push({ day: EARLIER, counted: earlier, there: rest.reduce((sum, [, count]) => sum + count, 0) });
  }
  return rows.sort((a, b) => (a.day < b.day ? -1 : 1));
}
