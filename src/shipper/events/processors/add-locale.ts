import { timeZone } from "../../../language/date/zone.ts";
import { row } from "../../config/settings.ts";
import { putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import type { ProcessorHost } from "./host.ts";

export const addLocale: ProcessorDefinition = {
  name: "add_locale",
  options: { format: row("text", "offset", "offset (+02:00) or abbreviation (CEST) of the host's time zone") },
  required: [],
  make(settings, { host }) {
    const format = settings.choice("format", ["offset", "abbreviation"]);
    return {
      reads: ["event.timezone"],
      run(event) {
        putField(event, "event.timezone", format === "offset" ? offset(host) : abbreviation(host));
        return true;
      },
    };
  },
};

function offset(host: ProcessorHost): string {
  const minutes = timeZone(host.timezone()).offset(host.now()) / 60_000;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

function abbreviation(host: ProcessorHost): string {
  // British English has names such as CEST where American English has GMT+2.
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: host.timezone(),
    timeZoneName: "short",
  }).formatToParts(host.now());
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "UTC";
}
