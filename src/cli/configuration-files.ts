import { readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { escapePath, globSync } from "tinyglobby";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import type { ConfigurationText } from "../pipeline/compile/definition.ts";

/** Where paths were written, and the folder that they are relative to. */
export interface PathPlace {
  readonly folder: string;
  readonly span: Span;
}

/** The texts of configuration files: files as they are, folders by their files in the order of names, globs. */
export function readConfiguration(
  paths: readonly string[],
  found: DiagnosticCollector,
  place?: PathPlace,
): ConfigurationText[] {
  const texts: ConfigurationText[] = [];
  for (const path of paths) {
    const files = expand(path, place?.folder);
    if (files.length === 0) {
      const shown = place === undefined || isAbsolute(path) ? path : join(place.folder, path);
      found.error("CONF020", `${shown}: no such file or folder`, place?.span, { help: helpFor(path, place) });
    }
    for (const file of files) {
      try {
        texts.push({ name: file, text: readFileSync(file, "utf8") });
      } catch (error) {
        found.error("CONF020", `${file}: ${(error as Error).message}`, place?.span);
      }
    }
  }
  return texts;
}

function helpFor(path: string, place: PathPlace | undefined): string {
  if (place !== undefined && !isAbsolute(path) && expand(path, undefined).length > 0)
    return `paths are relative to ${place.folder}, not to the working folder: give the whole path`;
  return place === undefined
    ? "give a file, a folder of .conf files, or a glob in quotes"
    : "give a file, a folder of .conf files, or a glob";
}

function expand(path: string, folder: string | undefined): string[] {
  const relative = folder !== undefined && !isAbsolute(path);
  const literal = relative ? join(folder, path) : path;
  const stat = statSync(literal, { throwIfNoEntry: false });
  if (stat?.isFile() === true) return [literal];
  const pattern =
    stat?.isDirectory() === true ? `${escapePath(literal)}/*` : relative ? join(escapePath(folder), path) : path;
  return globSync([pattern], {
    onlyFiles: true,
    dot: false,
    expandDirectories: false,
    absolute: literal.startsWith("/"),
  })
    .filter((file) => !file.endsWith("~"))
    .sort();
}
