import { DiagnosticCollector } from "../../../../src/diagnostics/diagnostic.ts";
import type { ObjectValue, Value } from "../../../../src/event/value.ts";
import type { Processor } from "../../../../src/shipper/config/config.ts";
import { parseYaml } from "../../../../src/shipper/config/yaml-settings.ts";
import type { ProcessorHost } from "../../../../src/shipper/events/processors/host.ts";
import { readProcessors } from "../../../../src/shipper/events/read-processors.ts";

/** A Debian host on which nothing changes but `files` and `time`. */
export function madeHost(
  files: Record<string, string> = {},
  time: { now: number } = { now: Date.UTC(2026, 6, 1) },
): ProcessorHost {
  return {
    now: () => time.now,
    readFile: (path) => files[path],
    readLink: () => undefined,
    hostname: () => "Web1",
    platform: "linux",
    arch: () => "x64",
    kernel: () => "6.1.0",
    interfaces: () => ({
      lo: [{ address: "127.0.0.1", netmask: "", family: "IPv4", mac: "00:00:00:00:00:00", internal: true, cidr: null }],
      eth0: [
        { address: "192.0.2.7", netmask: "", family: "IPv4", mac: "02:42:ac:11:00:02", internal: false, cidr: null },
      ],
    }),
    timezone: () => "Europe/Berlin",
  };
}

/** What was found wrong: `line: message (help)`. */
export function findings(yaml: string): string[] {
  const { found } = read(yaml, madeHost());
  return found.sorted().map(({ severity, message, span, help }) => {
    const line = span === undefined ? 0 : span.source.text.slice(0, span.start).split("\n").length;
    return `${severity} ${line}: ${message} (${help ?? ""})`;
  });
}

export function processors(yaml: string, host: ProcessorHost = madeHost()): Processor[] {
  const { list, found } = read(yaml, host);
  if (found.errors > 0) throw new Error(JSON.stringify(found));
  return list;
}

function read(yaml: string, host: ProcessorHost): { list: Processor[]; found: DiagnosticCollector } {
  const source = { name: "filebeat.yml", text: yaml };
  const found = new DiagnosticCollector();
  return { list: readProcessors(source, parseYaml(source, found), found, host), found };
}

export interface Result {
  readonly kept: boolean;
  readonly timestamp: string;
  readonly fields: ObjectValue;
  readonly metadata: Record<string, Value>;
}

/** An event after processors. */
export function processed(yaml: string, fields: ObjectValue, host: ProcessorHost = madeHost()): Result {
  const event = { timestamp: "2026-01-02T03:04:05.000Z", fields: structuredClone(fields), metadata: {} };
  const kept = processors(yaml, host).every((processor) => processor.run(event));
  return { ...event, kept };
}
