import { resolve } from "node:path";
import { isMap, type Node } from "yaml";
import type { ShipperConfig } from "./config.ts";
import type { ReadingContext } from "./settings.ts";
import { spanOf } from "./yaml-settings.ts";

/** An input that reads what the shipper writes would never come to an end: an error. */
export function findLoops(config: ShipperConfig, root: Node | null, { found, source }: ReadingContext): void {
  const { output, logging, dataFolder, spool } = config;
  const written: [string, string][] = [];
  if (output?.kind === "file") written.push([resolve(output.path, output.filename), "output.file writes"]);
  if (logging.files?.path !== undefined)
    written.push([resolve(logging.files.path, `${logging.files.name}.log`), "logging.files writes"]);
  if (dataFolder !== undefined) written.push([resolve(dataFolder, "registry/registry.json"), "the registry is in"]);
  if (spool?.path !== undefined) written.push([resolve(spool.path, "00000000.log"), "the spool is in"]);
  for (const input of config.inputs) {
    if (input.kind !== "file") continue;
    for (const pattern of input.paths)
      for (const [path, what] of written) {
        const excluded = input.excludeFiles.some((expression) => expression.test(path));
        if (excluded || !matches(pattern, path)) continue;
        const at = isMap(root)
          ? ((root.get("filebeat.inputs", true) ?? root.get("inputs", true)) as Node | undefined)
          : undefined;
        found.error(
          "SHIP006",
          `the input ${input.id} would read what the shipper writes: ${pattern} matches the place that ${what}`,
          at === undefined ? undefined : spanOf(source, at),
          { help: "exclude it: prospector.scanner.exclude_files, or write elsewhere" },
        );
      }
  }
}

/** Whether a glob fits a path: `*` and `?` within a name, `**` over folders. */
function matches(pattern: string, path: string): boolean {
  const expression = pattern
    .split(/(\*\*\/|\*\*|\*|\?|\[[^\]]+\]|\{[^}]+\})/)
    .map((part) => {
      if (part === "**/") return "(?:[^/]+/)*";
      if (part === "**") return ".*";
      if (part === "*") return "[^/]*";
      if (part === "?") return "[^/]";
      if (part.startsWith("[") && part.length > 2) return part.replace(/^\[!/, "[^");
      if (part.startsWith("{") && part.endsWith("}"))
        return `(?:${part.slice(1, -1).split(",").map(literal).join("|")})`;
      return literal(part);
    })
    .join("");
  return new RegExp(`^${expression}$`).test(path);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
