import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { bytes, grouped } from "../../../src/cli/figures-text.ts";
import { StatusLine } from "../../../src/cli/up/status-line.ts";
import { emptyEntry, emptyOutputEntry, type LedgerSnapshot } from "../../../src/telemetry/ledger.ts";

const ledger = (read: number, delivered: number, existing: number, more: object = {}): LedgerSnapshot => ({
  totals: { ...emptyEntry(), read, delivered, ...more },
  outputs: { store: { ...emptyOutputEntry(), delivered, existing } },
});

describe("the status line of antler up", () => {
  const lines: StatusLine[] = [];
  afterEach(() => {
    for (const line of lines.splice(0)) line.stop();
  });

  /** A line over counts that the test sets, on a stream that keeps what is written. */
  function made(before: LedgerSnapshot, terminal?: { columns: number | undefined }) {
    const written: string[] = [];
    const state = { ledger: before, behind: 0, now: 5000 };
    const out = {
      isTTY: terminal !== undefined,
      columns: terminal?.columns,
      write: (text: string) => written.push(text),
    };
    const line = new StatusLine(
      () => state,
      out as unknown as NodeJS.WriteStream,
      () => state.now,
    );
    lines.push(line);
    return { line, state, written };
  }

  it("counts this run alone, and what was there already apart", () => {
    const { line, state } = made(ledger(1000, 900, 50, { filtered: 100 }));
    assert.equal(line.text(), "0 events/s | read 0 | stored 0 | filtered 0 | dead letters 0");
    state.ledger = ledger(3500, 3380, 60, { filtered: 117, deadLettered: 3, created: 2 });
    state.behind = 12_345_678;
    state.now = 5500;
    assert.equal(
      line.text(),
      "5,000 events/s | 12 MB behind | read 2,502 | stored 2,470 | filtered 17 | dead letters 3 | already there 10",
    );
  });

  it("gives the speed since it was last asked, and nothing behind when nothing is", () => {
    const { line, state } = made(ledger(0, 0, 0));
    state.ledger = ledger(1000, 1000, 0);
    state.now += 2000;
    assert.match(line.text(), /^500 events\/s \| read 1,000 /);
    state.now += 1000;
    assert.match(line.text(), /^0 events\/s \| read 1,000 \| stored 1,000 /);
  });

  for (const [columns, longest] of [
    [40, 39],
    [undefined, 79],
    [0, 79],
  ] as const) {
    it(`is rewritten in place on a terminal of ${columns} columns, and taken off it`, async () => {
      const { line, state, written } = made(ledger(0, 0, 0), { columns });
      state.ledger = ledger(1e12, 1e12, 1e11);
      await sleep(1100);
      assert.equal(written.length, 1);
      assert.ok(written[0]?.startsWith("\r\u001b[2K"));
      assert.equal(written[0]?.slice(5).length, longest, written[0]);
      assert.doesNotMatch(written[0] as string, /\n/);
      line.clear();
      line.clear();
      assert.deepEqual(written.slice(1), ["\r\u001b[2K"]);
    });
  }

  it("writes no escape sequences where there is no terminal", () => {
    const { line, written } = made(ledger(0, 0, 0));
    line.clear();
    line.stop();
    assert.deepEqual(written, []);
  });

  it("writes numbers for people", () => {
    assert.deepEqual([0, 999, 1000, 1_234_567.6].map(grouped), ["0", "999", "1,000", "1,234,568"]);
    assert.deepEqual([0, 999, 1000, 9_960, 12_345, 5e6, 7e15].map(bytes), [
      "0 bytes",
      "999 bytes",
      "1.0 KB",
      "10.0 KB",
      "12 KB",
      "5.0 MB",
      "7000 TB",
    ]);
  });
});
