import type { ShipFileFigures, ShipInputFigures, ShipperFigures } from "../../../src/shipper/watch/figures.ts";
import { emptyEntry } from "../../../src/telemetry/ledger.ts";

export function shipInput(own: Partial<ShipInputFigures> = {}): ShipInputFigures {
  const amounts = { read: { events: 100, bytes: 5000 }, acknowledged: { events: 90, bytes: 4500 } };
  return { id: "app", type: "filestream", ...amounts, files: 2, open: 1, bytesBehind: 0, secondsBehind: 0, ...own };
}

export function shipFile(own: Partial<ShipFileFigures> = {}): ShipFileFigures {
  const offsets = { size: 1000, read: 900, acknowledged: 800, bytesBehind: 200, secondsBehind: 3 };
  const names = { input: "app", path: "/var/log/app.log", id: "0a", generation: 0 };
  return { ...names, ...offsets, open: true, past: false, loss: undefined, ...own };
}

/** Figures of a shipper where everything flows. */
export function shipFigures(own: Partial<ShipperFigures> = {}): ShipperFigures {
  return {
    phase: "running",
    inputs: [shipInput()],
    files: [shipFile()],
    output: {
      name: "logstash",
      sent: { events: 100, bytes: 30_000 },
      windows: 3,
      windowsUnderWay: 1,
      eventsUnderWay: 10,
      delivered: 85,
      existing: 3,
      deadLettered: 2,
      waitingSince: undefined,
      trouble: undefined,
    },
    spool: undefined,
    disks: [],
    tail: { files_opened: 4, files_closed: 3, open_errors: 1 },
    registryFailing: false,
    logLinesLost: 0,
    ledger: { totals: { ...emptyEntry(), read: 90, delivered: 88, deadLettered: 2 }, outputs: {} },
    ...own,
  };
}
