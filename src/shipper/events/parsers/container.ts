import { parseContainerLine } from "../../../tail/container-line.ts";
import type { ParserConfig } from "../../config/config.ts";
import { noteError, putField } from "../fields.ts";
import type { Parser } from "./parser.ts";

/** Lines of Docker's json-file driver and of the CRI: text, stream and time. */
export function containerParser(config: Extract<ParserConfig, { kind: "container" }>): Parser {
  return (line) => {
    const parsed = parseContainerLine(line.message ?? "", config.format);
    if (parsed === undefined) {
      noteError(line.event.fields, "the line is not in a container runtime's format");
      return true;
    }
    if (config.stream !== "all" && parsed.stream !== config.stream) return false;
    line.message = parsed.text;
    line.partial = parsed.partial;
    putField(line.event.fields, "stream", parsed.stream);
    const time = Date.parse(parsed.time);
    if (!Number.isNaN(time)) line.event.timestamp = new Date(time).toISOString();
    for (const [name, value] of Object.entries(parsed.attributes ?? {}))
      putField(line.event.fields, `attrs.${name}`, value);
    return true;
  };
}
