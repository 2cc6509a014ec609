import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeRegistry, type RegistryContent } from "./registry-format.ts";

/** The registry in `folder` as it was last written, whether its owner runs or not; nothing is changed. @throws Error that names the file and what is wrong with it. */
export async function readRegistry(folder: string): Promise<RegistryContent> {
  const path = join(folder, "registry.json");
  const bytes = await readFile(path);
  try {
    return decodeRegistry(bytes);
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
}
