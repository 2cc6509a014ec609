import type { RunningInput } from "../../plugin/definitions.ts";
import type { DeadLetterFigures, Figures } from "../../telemetry/figures.ts";
import type { ResolvedGroup } from "../compile/resolve-group.ts";
import type { DeadLetterKeeper } from "../dead-letters/keeper.ts";
import type { DeadLetterSettings } from "../dead-letters/settings.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Queues } from "./queues.ts";
import { TICK_INPUT } from "./worker-program.ts";

/** Parts of a running program; those that are not there yet are undefined. */
export interface FigureParts extends Pick<Figures, "phase" | "workers" | "ledger"> {
  readonly resolved: ResolvedGroup;
  /** In the order of the inputs in `resolved`; those that are not started yet are missing at its end. */
  readonly running: readonly RunningInput[];
  readonly dispatcher: Dispatcher | undefined;
  readonly deliveries: Deliveries | undefined;
  readonly queues: Queues | undefined;
  readonly deadLetters: DeadLetterKeeper | undefined;
  readonly letters: DeadLetterSettings;
}

/** The "input" of events that filters made by time. */
const MADE_BY_TIME = { id: "(time)", plugin: "(time)" };

export function collectFigures(parts: FigureParts): Figures {
  const { phase, workers, ledger, resolved, running, dispatcher, deliveries, queues } = parts;
  const counts = dispatcher?.counts;
  const inputs = resolved.pipelines
    .flatMap(({ definition, inputs: own }) => own.map((input) => ({ pipeline: definition.id, input })))
    .flatMap(({ pipeline, input }, i) => {
      const sums = counts?.of(input.number);
      if (sums === undefined) return [];
      const bytesBehind = running[i]?.lag?.();
      return [{ pipeline, id: input.id, plugin: input.plugin.name, ...copied(sums), bytesBehind }];
    });
  const byTime = counts?.known(TICK_INPUT);
  if (byTime !== undefined) inputs.push({ pipeline: "", ...MADE_BY_TIME, ...copied(byTime), bytesBehind: undefined });
  return {
    phase,
    pipelines: resolved.pipelines.map(({ definition }) => definition.id),
    inputs,
    outputs:
      deliveries === undefined
        ? []
        : resolved.pipelines.flatMap(({ definition, outputs }) =>
            outputs.map((output) => ({
              pipeline: definition.id,
              id: output.id,
              plugin: output.plugin.name,
              ...deliveries.figuresOf(output.number),
            })),
          ),
    queues: queues?.figures() ?? [],
    deadLetters: letterFigures(parts),
    batchesInFlight: dispatcher?.inFlight ?? 0,
    workers,
    timeLimits: { ...counts?.timeLimits },
    ledger,
  };
}

function copied<T extends { readonly counts: object }>(sums: T): T {
  return { ...sums, counts: { ...sums.counts } };
}

function letterFigures({ deadLetters, letters }: FigureParts): DeadLetterFigures | undefined {
  if (deadLetters === undefined) return undefined;
  const { kept, dropped, waited, blocked, bytes } = deadLetters.counts();
  const { enabled, maxBytes, policy } = letters;
  return { enabled, kept, dropped, waited, blocked, bytes, maxBytes, policy };
}
