import type { ListenInput, ParserConfig } from "../config/config.ts";

/** The parsers of an input that listens: a syslog input's messages are parsed as such, before those that are configured. */
export function listenParsers({ raw, format, timezone, parsers }: ListenInput): readonly ParserConfig[] {
  if (raw) return parsers;
  return [{ kind: "syslog", format, timezone, logErrors: false, addErrorKey: true }, ...parsers];
}
