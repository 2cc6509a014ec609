import assert from "node:assert/strict";
import fc from "fast-check";
import { timeZone } from "../../../src/language/date/zone.ts";

const NAMES = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Asia/Kolkata",
  "Africa/Casablanca",
];

/** The local time that Intl gives, as milliseconds. */
function localOf(name: string, utcMs: number): number {
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone: name, dateStyle: "short", timeStyle: "medium" }).format(
    utcMs,
  );
  return Date.parse(`${text.replace(" ", "T")}Z`);
}

describe("time zones", () => {
  const moments = fc.integer({ min: Date.UTC(1971, 0, 1) / 1000, max: Date.UTC(2037, 0, 1) / 1000 });

  it("know Intl's offsets", () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), moments, (name, seconds) => {
        assert.equal(seconds * 1000 + timeZone(name).offset(seconds * 1000), localOf(name, seconds * 1000));
      }),
    );
  });

  it("find the moment of a local time again", () => {
    // Of two moments of the same local time the other one may be found.
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), moments, (name, seconds) => {
        const local = localOf(name, seconds * 1000);
        const found = timeZone(name).toUtc(local);
        assert.equal(localOf(name, found), local);
        assert.ok(found <= seconds * 1000);
      }),
    );
  });

  it("know every hour around a change", () => {
    const zone = timeZone("Europe/Berlin");
    for (let utc = Date.UTC(2026, 9, 23); utc < Date.UTC(2026, 9, 28); utc += 1_800_000) {
      const local = localOf("Europe/Berlin", utc);
      // The second pass of 02:00 to 03:00.
      const second = utc >= Date.UTC(2026, 9, 25, 1) && utc < Date.UTC(2026, 9, 25, 2);
      assert.equal(zone.toUtc(local), second ? utc - 3_600_000 : utc, new Date(utc).toISOString());
    }
  });

  it("have offsets for names", () => {
    assert.equal(timeZone("+05:30").offset(0), 19_800_000);
    assert.equal(timeZone("GMT-3").toUtc(0), 10_800_000);
    assert.equal(timeZone("EST").offset(0), -18_000_000);
  });

  it("refuse what is no zone, again and again", () => {
    for (let i = 0; i < 2; i++) assert.throws(() => timeZone("Middle/Earth"), /there is no time zone "Middle\/Earth"/);
  });
});
