import { isAbsolute, join } from "node:path";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import {
  DEFAULT_DEAD_LETTER_SETTINGS,
  type DeadLetterSettings,
  type StoragePolicy,
} from "../pipeline/dead-letters/settings.ts";
import type { YmlValue, YmlValues } from "./pipelines-yml-values.ts";

/**
 * How dead letters are kept. The pipelines of a process have one store for them: what one pipeline sets holds for all, and two that say
 * different things are an error.
 */
export function deadLetterSettings(
  pipelines: readonly YmlValues[],
  folder: string,
  found: DiagnosticCollector,
): DeadLetterSettings {
  const common = (name: string): YmlValue["value"] | undefined => {
    const given = pipelines.flatMap((values): YmlValue | readonly YmlValue[] => values.get(name) ?? []);
    const other = given.find(({ value }) => value !== given[0]?.value);
    if (other !== undefined)
      found.error(
        "CONF014",
        `${name} is ${given[0]?.value} for one pipeline and ${other.value} for another`,
        other.span,
        {
          help: "pipelines of one process share their dead letters: set it once, in logstash.yml",
        },
      );
    return given[0]?.value;
  };
  const path = common("path.dead_letter_queue") as string | undefined;
  const enabled = common("dead_letter_queue.enable");
  return {
    enabled: enabled === undefined ? DEFAULT_DEAD_LETTER_SETTINGS.enabled : enabled === "true",
    maxBytes: (common("dead_letter_queue.max_bytes") as number | undefined) ?? DEFAULT_DEAD_LETTER_SETTINGS.maxBytes,
    policy:
      (common("dead_letter_queue.storage_policy") as StoragePolicy | undefined) ?? DEFAULT_DEAD_LETTER_SETTINGS.policy,
    retainMs: common("dead_letter_queue.retain.age") as number | undefined,
    path: path === undefined || isAbsolute(path) ? path : join(folder, path),
  };
}
