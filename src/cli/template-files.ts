import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import { TemplateSet } from "../elastic/mapping/templates.ts";
import type { FindDesign } from "../pipeline/compile/check-mappings.ts";

/** Folders in folders, at most. */
const DEEPEST = 8;
/** Data streams that every Elasticsearch has templates for. */
const BUILT_IN = /^(?:logs|metrics|synthetics|traces)-[^-]+-/;

/** Index and component templates from JSON files, a template's name being that of its file; of folders every `.json` file. What is none goes to `found`. */
export function readTemplates(paths: readonly string[], found: DiagnosticCollector): TemplateSet {
  const set = new TemplateSet();
  const files = paths.flatMap((path) => {
    try {
      return jsonFiles(path);
    } catch (error) {
      warn(found, path, (error as Error).message);
      return [];
    }
  });
  for (const file of files) {
    try {
      set.add(basename(file).replace(/\.json$/i, ""), JSON.parse(readFileSync(file, "utf8")));
    } catch (error) {
      warn(found, file, (error as Error).message);
    }
  }
  if (set.size === 0 && files.length > 0) warn(found, paths.join(", "), "there is no index template among its files");
  return set;
}

function warn(found: DiagnosticCollector, path: string, why: string): void {
  found.warning("MAP006", `${path}: ${why}`, undefined, {
    help: "give files with what PUT _index_template and PUT _component_template take, or GET gives; `antler setup --export DIR` writes such a folder",
  });
}

function jsonFiles(path: string, depth = 0): string[] {
  if (!statSync(path).isDirectory()) return [path];
  if (depth >= DEEPEST) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.toLowerCase().endsWith(".json"))
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => jsonFiles(join(path, name), depth + 1));
}

/** What templates in files say of a target. */
export function designsIn(set: TemplateSet): FindDesign {
  return ({ name, isDataStream }) => set.find(name) ?? (isDataStream && !BUILT_IN.test(name) ? "none" : undefined);
}
