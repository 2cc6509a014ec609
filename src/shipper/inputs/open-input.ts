import { join } from "node:path";
import type { InputConfig, ShipperConfig } from "../config/config.ts";
import { compileInputEvents, type InputEvents } from "../events/input-events.ts";
import { compileParsers } from "../events/parsers/parser.ts";
import { decodeFields } from "./json-records.ts";
import { listenParsers } from "./listen-parsers.ts";
import type { InputEnvironment, ShipperInputRun } from "./shipper-input.ts";

/** Opens an input that is not of files; only its own code is loaded. */
export async function openInput(
  input: Exclude<InputConfig, { kind: "file" }>,
  environment: InputEnvironment,
): Promise<ShipperInputRun> {
  switch (input.kind) {
    case "journald":
      return (await import("./journald.ts")).openJournald(input, environment);
    case "listen":
      return (await import("./listen.ts")).openListen(input, environment);
    case "stdin":
      return (await import("./stdin.ts")).openStdin(input, environment);
    case "system":
      return (await import("./system/system.ts")).openSystem(input, environment);
  }
}

/** Where an input keeps its position and ledger. */
export function inputFolder(dataFolder: string, id: string): string {
  return join(dataFolder, "inputs", id.replaceAll(/[^\w.-]/g, "_"));
}

/** What becomes of the records of each input, by its number, and of what the shipper says of itself behind them. */
export async function eventsOfInputs({ inputs, processors }: ShipperConfig, now: () => number): Promise<InputEvents[]> {
  const events: InputEvents[] = [];
  for (const input of inputs) {
    const parsers = input.kind === "listen" ? listenParsers(input) : input.parsers;
    const decode =
      input.kind === "journald"
        ? (await import("./journal-records.ts")).decodeJournalEntry
        : input.kind === "system"
          ? decodeFields
          : compileParsers(parsers, now);
    events.push(compileInputEvents(input, processors, now, decode));
  }
  events.push({
    fields: {},
    decode: decodeFields,
    steps: [],
    constant: [],
    hasOffsets: false,
    flags: 0,
    metadata: {},
  });
  return events;
}
