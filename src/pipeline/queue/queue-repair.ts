import { rename } from "node:fs/promises";
import { join } from "node:path";
import { realSegmentFileSystem, type SegmentFileSystem } from "../../segments/filesystem.ts";
import { segmentFileName, segmentNumbers } from "../../segments/segment-names.ts";
import { type CheckpointFileSystem, realCheckpointFileSystem } from "../../telemetry/checkpoint-file.ts";
import { addRange, type ByteRange } from "./byte-ranges.ts";
import { CHECKPOINT_NAME, type QueueCheckpoint, type SegmentState } from "./queue-checkpoint.ts";
import { recoverSegments } from "./queue-recovery.ts";
import { type QueueFinding, readCheckpoint } from "./queue-report.ts";

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
const COPY_BYTES = 1 << 20;

/**
 * Puts right what `checkQueue` found, while nobody works with the queue: torn ends are cut off, damaged bytes are copied to a file beside
 * their segment and passed over from now on. Whole records stay where they are. What was done, a line each.
 */
export async function repairQueue(
  folder: string,
  findings: readonly QueueFinding[],
  files: SegmentFileSystem = realSegmentFileSystem,
  checkpointFiles: CheckpointFileSystem = realCheckpointFileSystem,
): Promise<string[]> {
  const done: string[] = [];
  const path = join(folder, CHECKPOINT_NAME);
  if (findings.some(({ kind }) => kind === "checkpoint")) {
    await rename(path, `${path}.corrupt`);
    done.push(`${path} is kept aside as ${path}.corrupt`);
  }
  for (const { kind, path: segment, offset, bytes } of findings) {
    if (kind === "torn") {
      await files.truncate(segment, offset);
      done.push(`${segment}: ${bytes} bytes cut off from ${offset} on`);
    } else if (kind === "damaged") {
      const aside = `${segment}.damaged-${offset}`;
      await copy(files, segment, offset, bytes, aside);
      done.push(`${segment}: ${bytes} bytes at ${offset} are passed over, and kept as ${aside}`);
    } else if (kind === "missing") done.push(`${segment}: ${bytes} bytes that are gone are not waited for`);
  }
  if (findings.length > 0) await checkpointFiles.replace(path, JSON.stringify(await repaired(folder, findings, files)));
  return done;
}

/** The checkpoint as it has to be when what was found is put right. */
async function repaired(
  folder: string,
  findings: readonly QueueFinding[],
  files: SegmentFileSystem,
): Promise<QueueCheckpoint> {
  const { checkpoint } = await readCheckpoint(folder);
  const sizes = new Map<number, number>();
  for (const number of await segmentNumbers(files, folder))
    sizes.set(number, await files.size(join(folder, segmentFileName(number))));
  const { segments, lost } = await recoverSegments(folder, files, sizes, checkpoint, QUIET);
  const before = checkpoint?.lost ?? { bytes: 0, events: 0 };
  return {
    version: 1,
    head: Math.max(checkpoint?.head ?? 0, ...sizes.keys()),
    // What a checkpoint had done with stays listed nowhere.
    segments: segments.map((state) => passedOver(state, join(folder, segmentFileName(state.number)), findings)),
    aside: checkpoint?.aside ?? [],
    ledgers: checkpoint?.ledgers ?? {},
    lost: { bytes: before.bytes + lost.bytes, events: before.events + lost.events },
  };
}

function passedOver(state: SegmentState, segment: string, findings: readonly QueueFinding[]): SegmentState {
  const acknowledged: ByteRange[] = [...state.acknowledged];
  let { damagedBytes } = state;
  for (const { kind, path, offset, bytes } of findings) {
    if (kind !== "damaged" || path !== segment) continue;
    addRange(acknowledged, [offset, offset + bytes]);
    damagedBytes += bytes;
  }
  return { ...state, acknowledged, damagedBytes };
}

async function copy(files: SegmentFileSystem, from: string, offset: number, bytes: number, to: string): Promise<void> {
  const source = await files.openRead(from);
  const target = await files.append(to);
  try {
    await target.truncate(0);
    for (let at = offset; at < offset + bytes; at += COPY_BYTES) {
      const chunk = Buffer.allocUnsafe(Math.min(COPY_BYTES, offset + bytes - at));
      await target.write(chunk.subarray(0, await source.read(chunk, at)));
    }
    await target.sync();
  } finally {
    await source.close();
    await target.close();
  }
}
