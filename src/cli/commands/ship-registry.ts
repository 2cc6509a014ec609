import { existsSync, readdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { readRegistry } from "../../tail/read-registry.ts";
import type { TrackedFile } from "../../tail/tracked-file.ts";
import { dataFolder, defaultDataFolder } from "../data-folder.ts";
import { EXIT_CONFIGURATION, EXIT_USAGE } from "../exit-codes.ts";
import { bytes } from "../figures-text.ts";
import { readShipConfigFile } from "../ship/read-config.ts";

export interface ShipRegistryOptions {
  /** The configuration's file: its registry. */
  readonly config?: string;
  /** The data folder: the registries of all shippers there. */
  readonly "path.data"?: string;
  readonly json?: boolean;
}

interface Row {
  readonly input: string;
  readonly path: string;
  readonly file: string;
  readonly state: "active" | "rotated" | "removed" | "unreadable";
  /** Bytes. `size` is that of the file now; where it is gone, as it was last seen. */
  readonly position: number;
  readonly size: number;
  readonly lag: number;
  /** ISO 8601. */
  readonly seen: string;
}

/** `antler ship registry`: what is known of every file, whether the shipper runs or not. The exit code: 1 when a registry cannot be read. */
export async function runShipRegistry(options: ShipRegistryOptions): Promise<number> {
  const folders = registryFolders(options);
  if (typeof folders === "number") return folders;
  let code = 0;
  const all: { registry: string; files: Row[] }[] = [];
  for (const registry of folders) {
    try {
      const { files } = await readRegistry(registry);
      const rows: Row[] = [];
      for (const file of files) rows.push(await rowOf(file));
      rows.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : b.lag - a.lag));
      all.push({ registry, files: rows });
    } catch (error) {
      process.stderr.write(`antler: ${(error as Error).message}\n`);
      code = 1;
    }
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  else for (const { registry, files } of all) process.stdout.write(render(registry, files));
  return code;
}

function registryFolders(options: ShipRegistryOptions): string[] | number {
  const base = options["path.data"];
  if (options.config !== undefined) {
    const found = new DiagnosticCollector();
    const config = readShipConfigFile(options.config, found);
    if (config === undefined || found.errors > 0) {
      process.stderr.write(renderDiagnostics(found.sorted()));
      return EXIT_CONFIGURATION;
    }
    const name = basename(options.config).replace(/\.ya?ml$/, "");
    const folder = join(dataFolder(base ?? config.dataFolder, "ship", name), "registry");
    if (existsSync(join(folder, "registry.json"))) return [folder];
    return nothingIn(folder);
  }
  const top = base ?? defaultDataFolder();
  const ships = existsSync(join(top, "ship")) ? readdirSync(join(top, "ship")) : [];
  const folders = [join(top, "registry"), ...ships.sort().map((name) => join(top, "ship", name, "registry"))].filter(
    (folder) => existsSync(join(folder, "registry.json")),
  );
  return folders.length > 0 ? folders : nothingIn(top);
}

function nothingIn(folder: string): number {
  process.stderr.write(
    `antler: there is no registry in ${folder}; name the configuration with -c, or the data folder with --path.data\n`,
  );
  return EXIT_USAGE;
}

async function rowOf(file: TrackedFile): Promise<Row> {
  let state: Row["state"] = file.rotated ? "rotated" : "active";
  let { size } = file;
  try {
    const now = await stat(file.seenPath, { bigint: true });
    if (file.inode !== "" && String(now.ino) === file.inode && String(now.dev) === file.device) size = Number(now.size);
    else state = "rotated";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    state = code === "ENOENT" || code === "ENOTDIR" ? "removed" : "unreadable";
  }
  if (file.past) state = "rotated";
  const position = file.acknowledged.offset;
  return {
    input: file.input,
    path: file.seenPath,
    file: `${file.id}.${file.generation}`,
    state,
    position,
    size,
    lag: Math.max(0, size - position),
    seen: new Date(file.seenAt).toISOString(),
  };
}

function render(registry: string, rows: readonly Row[]): string {
  const behind = rows.reduce((all, { lag }) => all + lag, 0);
  const head = `${registry}: ${rows.length} files, ${bytes(behind)} not acknowledged\n`;
  const lines = [
    ["state", "position", "size", "lag", "last seen", "input", "path"],
    ...rows.map(({ state, position, size, lag, seen, input, path }) => [
      state,
      `${position}`,
      `${size}`,
      `${lag}`,
      seen.slice(0, 19).replace("T", " "),
      input,
      // A name may hold what a terminal would take as a command.
      path.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "?"),
    ]),
  ];
  const widths = lines[0]?.map((_cell, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const right = new Set([1, 2, 3]);
  const text = lines.map((line) =>
    line
      .map((cell, i) => (right.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return `${head}${rows.length === 0 ? "" : `${text.join("\n")}\n`}`;
}
