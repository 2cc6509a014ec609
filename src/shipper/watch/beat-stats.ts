import type { Surroundings } from "../../telemetry/metric-table.ts";
import type { Amount, ShipperFigures } from "./figures.ts";

/** What the endpoint tells of the process. */
export interface BeatNames {
  readonly host: string;
  readonly name: string;
  readonly version: string;
  /** Random, of this run. */
  readonly ephemeralId: string;
}

/** The figures under the names of Filebeat's `/stats`, where they mean the same. Source: Beats, "HTTP endpoint". */
export function beatStats(figures: ShipperFigures, names: BeatNames, around: Surroundings): object {
  const { inputs, output, spool, tail, ledger } = figures;
  const read = sum(inputs.map((input) => input.read));
  const acknowledged = sum(inputs.map((input) => input.acknowledged));
  const active = read.events - acknowledged.events;
  const { cpu, residentBytes, startedAt } = around.process;
  const open = inputs.reduce((all, input) => all + input.open, 0);
  const failures = tail.registry_failures ?? 0;
  const writes = tail.registry_writes ?? 0;
  return {
    beat: {
      cpu: { total: { time: { ms: Math.round(cpu * 1000) } } },
      info: {
        ephemeral_id: names.ephemeralId,
        name: names.name,
        version: names.version,
        uptime: { ms: Math.round(around.now - startedAt * 1000) },
      },
      memstats: { rss: residentBytes },
    },
    filebeat: {
      events: { active, added: read.events, done: acknowledged.events },
      harvester: {
        open_files: open,
        running: open,
        started: tail.files_opened ?? 0,
        closed: tail.files_closed ?? 0,
      },
    },
    libbeat: {
      output: {
        type: output.name,
        events: {
          acked: output.delivered + output.existing,
          active: output.eventsUnderWay,
          batches: output.windows,
          dropped: output.deadLettered,
          duplicates: output.existing,
          total: output.sent.events,
        },
        write: { bytes: output.sent.bytes },
      },
      pipeline: {
        clients: inputs.length,
        events: { active, filtered: ledger.totals.filtered, published: read.events, total: read.events },
        queue: {
          acked: acknowledged.events,
          ...(spool === undefined
            ? {}
            : { filled: { events: spool.events, bytes: spool.bytes }, max_bytes: spool.maxBytes }),
        },
      },
    },
    registrar: {
      states: { current: inputs.reduce((all, { files }) => all + files, 0), cleanup: tail.files_forgotten ?? 0 },
      writes: { total: writes + failures, success: writes, fail: failures },
    },
  };
}

/** As Filebeat's `/inputs/` has them. Source: Filebeat, "Metrics" of the filestream input. */
export function inputStats({ inputs }: ShipperFigures): object[] {
  return inputs.map(({ id, type, read, acknowledged, files, open, bytesBehind, secondsBehind }) => ({
    id,
    input: type,
    events_processed_total: read.events,
    bytes_processed_total: read.bytes,
    events_acknowledged_total: acknowledged.events,
    bytes_acknowledged_total: acknowledged.bytes,
    files_active: open,
    files_known: files,
    bytes_behind: bytesBehind,
    seconds_behind: secondsBehind,
  }));
}

function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce((all, one) => ({ events: all.events + one.events, bytes: all.bytes + one.bytes }), {
    events: 0,
    bytes: 0,
  });
}
