import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PipelineDefinition } from "../pipeline/compile/definition.ts";

/** The pipelines that come with Antler. */
export const SHIPPED_PIPELINES: string = fileURLToPath(new URL("../../../pipelines/", import.meta.url));

/** Every `<name>/pipeline.conf` of a folder, as a pipeline of that name. */
export function readPipelineFolder(folder: string): PipelineDefinition[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "pipeline.conf")))
    .map(({ name }) => name)
    .sort()
    .map((id) => {
      const path = join(folder, id, "pipeline.conf");
      return { id, sources: [{ name: path, text: readFileSync(path, "utf8") }], ecs: "v8", supportEscapes: false };
    });
}
