import type { Figures, InputFigures, OutputFigures } from "../../src/telemetry/figures.ts";
import { emptyEntry, emptyOutputEntry } from "../../src/telemetry/ledger.ts";

/** Figures of a pipeline at rest: nothing has happened but what is given. */
export function someFigures(given: Partial<Figures> = {}): Figures {
  return {
    phase: "running",
    pipelines: ["main"],
    inputs: [],
    outputs: [],
    queues: [],
    deadLetters: undefined,
    batchesInFlight: 0,
    workers: { wanted: 2, alive: 2, died: 0 },
    timeLimits: {},
    ledger: { totals: emptyEntry(), outputs: {} },
    ...given,
  };
}

export function someInput(given: Partial<InputFigures> = {}): InputFigures {
  return {
    pipeline: "main",
    id: "file#1",
    plugin: "file",
    counts: emptyEntry(),
    recordsInFlight: 0,
    bytesBehind: undefined,
    ...given,
  };
}

export function someOutput(given: Partial<OutputFigures> = {}): OutputFigures {
  return {
    pipeline: "main",
    id: "elasticsearch#1",
    plugin: "elasticsearch",
    counts: emptyOutputEntry(),
    underWay: 0,
    milliseconds: 0,
    waitingSince: undefined,
    held: 0,
    sender: undefined,
    trouble: undefined,
    ...given,
  };
}
