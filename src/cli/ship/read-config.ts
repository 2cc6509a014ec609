import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { SourceText } from "../../diagnostics/source.ts";
import type { ShipperConfig } from "../../shipper/config/config.ts";
import { readShipperConfig } from "../../shipper/config/read-config.ts";

/** Reads the configuration at `path`, and what it includes; everything wrong goes to `found`. undefined when the file cannot be read. */
export function readShipConfigFile(path: string, found: DiagnosticCollector): ShipperConfig | undefined {
  const source = readSource(path, found);
  if (source === undefined) return undefined;
  return readShipperConfig(source, found, (pattern) =>
    globSync([pattern], { absolute: true, expandDirectories: false })
      .sort()
      .flatMap((name) => readSource(name, found) ?? []),
  );
}

function readSource(name: string, found: DiagnosticCollector): SourceText | undefined {
  try {
    return { name, text: readFileSync(name, "utf8") };
  } catch (error) {
    found.error("CONF020", `${name}: ${(error as Error).message}`);
    return undefined;
  }
}
