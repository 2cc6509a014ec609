import { row } from "../../config/settings.ts";
import { getField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
/** Combinations of values that are told apart; beyond, those looked at longest ago begin anew. */
const MOST_BUCKETS = 10_000;

interface Bucket {
  tokens: number;
  /** Epoch milliseconds. */
  filled: number;
}

/** Drops events beyond a rate, by a token bucket for each combination of values of `fields`. What it drops counts as filtered. */
export const rateLimit: ProcessorDefinition = {
  name: "rate_limit",
  options: {
    limit: row("text", undefined, "events in a time: 10000/m; s, m or h"),
    fields: row("list", undefined, "fields whose values have a limit of their own each"),
    "algorithm.token_bucket.burst_multiplier": row("number", 1, "how many times the limit may come at once"),
    "algorithm.token_bucket.gc.num_calls": row("number", undefined, "has no effect: 10,000 buckets are kept"),
  },
  required: ["limit"],
  make(settings, { found, at, host }) {
    const match = /^\s*(\d+(?:\.\d+)?)\s*\/\s*([smh])\s*$/.exec(settings.text("limit"));
    const burst = settings.number("algorithm.token_bucket.burst_multiplier");
    if (match === null || Number(match[1]) === 0 || !(burst > 0)) {
      found.error("SHIP003", "limit is a number of events in a time", settings.span("limit") ?? at, {
        help: "10000/m, or 5/s, 100/h; burst_multiplier is over 0",
      });
      return undefined;
    }
    const perMs = Number(match[1]) / (UNITS[match[2] as string] as number);
    const depth = Math.max(1, Number(match[1]) * burst);
    const fields = settings.list("fields");
    const buckets = new Map<string, Bucket>();
    return {
      // Every event counts, so that it never runs once for a source.
      reads: undefined,
      run(event) {
        const key = fields.length === 0 ? "" : JSON.stringify(fields.map((field) => getField(event, field) ?? null));
        const now = host.now();
        const bucket = buckets.get(key) ?? { tokens: depth, filled: now };
        // A clock that was set back fills nothing, and takes nothing away.
        bucket.tokens = Math.min(depth, bucket.tokens + Math.max(0, now - bucket.filled) * perMs);
        bucket.filled = now;
        buckets.delete(key);
        buckets.set(key, bucket);
        if (buckets.size > MOST_BUCKETS) buckets.delete(buckets.keys().next().value as string);
        if (bucket.tokens < 1) return false;
        bucket.tokens -= 1;
        return true;
      },
    };
  },
};
