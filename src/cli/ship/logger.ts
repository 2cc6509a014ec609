import { join } from "node:path";
import type { LoggingConfig } from "../../shipper/config/config.ts";
import { createEcsLogger } from "../../telemetry/ecs-log.ts";
import { LogFile } from "../../telemetry/log-file.ts";
import { createLogger, type Logger } from "../../telemetry/logger.ts";

const standardError = { write: (line: string): void => void process.stderr.write(line) };

/** The shipper's own log, as `logging.*` has it. `before` is called before a line on a terminal. */
export function createShipLogger(
  { level, files }: LoggingConfig,
  dataFolder: string,
  before: () => void,
): { readonly log: Logger; readonly file: LogFile | undefined } {
  if (files === undefined) {
    if (process.stderr.isTTY) return { log: createLogger(level, before), file: undefined };
    return { log: createEcsLogger(level, "antler-ship", standardError, Date.now), file: undefined };
  }
  const { path, name, rotateEveryBytes, keep } = files;
  const folder = path ?? join(dataFolder, "logs");
  const file = new LogFile({ folder, name, rotateEveryBytes, keep, instead: standardError, now: Date.now });
  return { log: createEcsLogger(level, "antler-ship", file, Date.now), file };
}
