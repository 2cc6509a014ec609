import type { SegmentFileSystem } from "./filesystem.ts";

const NAME = /^(\d{10})\.segment$/;

export function segmentFileName(segment: number): string {
  return `${String(segment).padStart(10, "0")}.segment`;
}

/** The segments of a folder, the oldest first. */
export async function segmentNumbers(files: SegmentFileSystem, folder: string): Promise<number[]> {
  const names = await files.list(folder);
  return names
    .map((name) => NAME.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}
