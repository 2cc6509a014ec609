import assert from "node:assert/strict";
import { Destinations, dayName, dayOf, EARLIER } from "../../src/telemetry/destinations.ts";
import { emptyEntry, Ledger, sumOf } from "../../src/telemetry/ledger.ts";

describe("counts by destination and day", () => {
  it("knows the days of a calendar, and no others", () => {
    assert.equal(dayName(dayOf(Date.UTC(2026, 10, 23, 23, 59, 59, 999)) as number), "2026-11-23");
    assert.equal(dayName(dayOf(-1) as number), "1969-12-31");
    for (const never of [Number.NaN, 8.64e15, -8.64e15]) assert.equal(dayOf(never), undefined);
  });

  it("keeps no more than its limit: the oldest days are counted together", () => {
    const counts = new Destinations();
    for (let day = 0; day < 5000; day++) counts.add(day % 2 === 0 ? "a" : "b", dayName(20_000 + day), 3);
    const { a = {}, b = {} } = counts.snapshot();
    assert.ok(Object.keys(a).length + Object.keys(b).length <= 2000);
    const sum = (days: Readonly<Record<string, number>>): number => Object.values(days).reduce((x, y) => x + y, 0);
    assert.deepEqual([sum(a), sum(b)], [7500, 7500]);
    assert.ok((a[EARLIER] as number) > 0);
    assert.equal(a[dayName(24_998)], 3);
  });

  it("are part of a ledger, through its snapshot and in sums", () => {
    const one = new Ledger();
    const add = (day: string, count: number): void =>
      one.add({
        totals: emptyEntry(),
        outputs: new Map(),
        destinations: new Map([["es", { "logs-a-default": { [day]: count } }]]),
      });
    add("2026-11-22", 1);
    add("2026-11-23", 2);
    add("2026-11-23", 3);
    const stored = JSON.parse(JSON.stringify(one.snapshot()));
    assert.deepEqual(new Ledger(stored).snapshot(), stored);
    assert.deepEqual(sumOf([stored, stored]).destinations, {
      es: { "logs-a-default": { "2026-11-22": 2, "2026-11-23": 10 } },
    });
  });
});
