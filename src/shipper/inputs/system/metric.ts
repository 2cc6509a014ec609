import type { ObjectValue } from "../../../event/value.ts";

/** Fields of one event. */
export type Metric = ObjectValue;
export type Measure = () => Promise<readonly Metric[]>;

export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded(part / whole);
}
