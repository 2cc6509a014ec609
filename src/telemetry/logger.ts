import { pino } from "pino";

/** What the rooms log through: a message and details for machines. */
export interface Logger {
  info(message: string, details?: object): void;
  warn(message: string, details?: object): void;
  error(message: string, details?: object): void;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * Messages to standard error: JSON lines for machines, plain lines on a terminal. Written at once, so that the last ones before an
 * exit are not lost. On a terminal `before` is called first: it takes away what is in the way there.
 */
export function createLogger(level: LogLevel = "info", before: () => void = () => undefined): Logger {
  if (process.stderr.isTTY) return terminalLogger(level, before);
  const log = pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
  return {
    info: (message, details) => log.info(details ?? {}, message),
    warn: (message, details) => log.warn(details ?? {}, message),
    error: (message, details) => log.error(details ?? {}, message),
  };
}

const ORDER: readonly LogLevel[] = ["debug", "info", "warn", "error"];

function terminalLogger(level: LogLevel, before: () => void): Logger {
  const least = ORDER.indexOf(level);
  const line =
    (own: LogLevel) =>
    (message: string, details?: object): void => {
      if (ORDER.indexOf(own) < least) return;
      before();
      const more = details === undefined ? "" : ` ${JSON.stringify(details)}`;
      process.stderr.write(`${own === "info" ? "" : `${own}: `}${message}${more}\n`);
    };
  return { info: line("info"), warn: line("warn"), error: line("error") };
}
