import { pino } from "pino";
import type { Logger, LogLevel } from "./logger.ts";

const ECS_VERSION = "8.17.0";
/** Field sets of ECS that details may bring; everything else comes under `antler`, so that no index gets fields of any name. */
const ECS_SETS: ReadonlySet<string> = new Set(["error", "event", "file", "process", "url"]);

/** Where lines go; each ends with a line feed. */
export interface LineWriter {
  write(line: string): void;
}

/**
 * Messages as ECS JSON, one a line. Details with a dot in their name are ECS fields. `now`: epoch milliseconds.
 * Source: Elastic, "ECS Logging": `@timestamp`, `log.level`, `message`, `ecs.version` first.
 */
export function createEcsLogger(level: LogLevel, service: string, out: LineWriter, now: () => number): Logger {
  const log = pino(
    {
      level,
      base: { "ecs.version": ECS_VERSION, "service.name": service, "process.pid": process.pid },
      messageKey: "message",
      timestamp: () => `,"@timestamp":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ "log.level": label }) },
    },
    out,
  );
  return {
    info: (message, details) => log.info(ecsFields(details), message),
    warn: (message, details) => log.warn(ecsFields(details), message),
    error: (message, details) => log.error(ecsFields(details), message),
  };
}

function ecsFields(details: object = {}): object {
  const fields: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(details)) {
    const isEcs = name.includes(".") || (ECS_SETS.has(name) && typeof value === "object");
    (isEcs ? fields : own)[name] = value;
  }
  return Object.keys(own).length === 0 ? fields : { ...fields, antler: own };
}
