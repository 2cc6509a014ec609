import assert from "node:assert/strict";
import { startShipStatus } from "../../src/cli/ship-status.ts";
import { shipFigures, shipInput } from "../shipper/watch/figures.ts";

describe("status line of antler ship", () => {
  it("shows speeds since the last time, trouble, lag and the spool", () => {
    let now = 0;
    let figures = shipFigures();
    const written: string[] = [];
    const out = { columns: 200, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
    const status = startShipStatus(
      () => figures,
      out,
      () => now,
    );
    try {
      now = 2000;
      const input = shipInput({
        read: { events: 4100, bytes: 0 },
        acknowledged: { events: 2090, bytes: 0 },
        bytesBehind: 5000,
      });
      figures = shipFigures({
        inputs: [input],
        spool: { events: 1500, bytes: 10, maxBytes: 100 },
        output: { ...shipFigures().output, trouble: "refused\u001b[2J" },
      });
      assert.equal(
        status.text(),
        "read 2,000/s | acknowledged 1,000/s | output logstash is held up: refused [2J | 5.0 KB behind | 1,500 in the spool | 2,090 sent",
      );
    } finally {
      status.stop();
    }
  });
});
