import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { ConfigurationText } from "../pipeline/compile/definition.ts";

/** The texts of configuration files: files as they are, folders by their files in the order of names, globs. */
export function readConfiguration(paths: readonly string[], found: DiagnosticCollector): ConfigurationText[] {
  const texts: ConfigurationText[] = [];
  for (const path of paths) {
    const files = expand(path);
    if (files.length === 0) {
      found.error("CONF020", `${path}: no such file or folder`, undefined, {
        help: "give a file, a folder of .conf files, or a glob in quotes",
      });
    }
    for (const file of files) {
      try {
        texts.push({ name: file, text: readFileSync(file, "utf8") });
      } catch (error) {
        found.error("CONF020", `${file}: ${(error as Error).message}`);
      }
    }
  }
  return texts;
}

function expand(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() === true) return [path];
  const pattern = stat?.isDirectory() === true ? join(path, "*") : path;
  return globSync([pattern], {
    onlyFiles: true,
    dot: false,
    expandDirectories: false,
    absolute: path.startsWith("/"),
  }).sort();
}
