import { join } from "node:path";
import type { InputConfig, ShipperConfig } from "../config/config.ts";
import { compileInputEvents, type InputEvents } from "../events/input-events.ts";
import { compileParsers } from "../events/parsers/parser.ts";
import { decodeJournalEntry, openJournald } from "./journald.ts";
import { listenParsers, openListen } from "./listen.ts";
import type { InputEnvironment, ShipperInputRun } from "./shipper-input.ts";
import { openStdin } from "./stdin.ts";
import { decodeMetric, openSystem } from "./system/system.ts";

/** Opens an input that is not of files. */
export function openInput(
  input: Exclude<InputConfig, { kind: "file" }>,
  environment: InputEnvironment,
): Promise<ShipperInputRun> {
  switch (input.kind) {
    case "journald":
      return openJournald(input, environment);
    case "listen":
      return openListen(input, environment);
    case "stdin":
      return openStdin(input, environment);
    case "system":
      return openSystem(input, environment);
  }
}

/** Where an input keeps its position and ledger. */
export function inputFolder(dataFolder: string, id: string): string {
  return join(dataFolder, "inputs", id.replaceAll(/[^\w.-]/g, "_"));
}

/** What becomes of the records of each input, by its number, and of what the shipper says of itself behind them. */
export function eventsOfInputs({ inputs, processors }: ShipperConfig, now: () => number): InputEvents[] {
  const events = inputs.map((input) => {
    if (input.kind === "journald") return compileInputEvents(input, processors, now, decodeJournalEntry);
    if (input.kind === "system") return compileInputEvents(input, processors, now, decodeMetric);
    if (input.kind === "listen")
      return compileInputEvents(input, processors, now, compileParsers(listenParsers(input), now));
    return compileInputEvents(input, processors, now);
  });
  return [
    ...events,
    { fields: {}, decode: decodeMetric, steps: [], constant: [], hasOffsets: false, flags: 0, metadata: {} },
  ];
}
