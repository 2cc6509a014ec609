import { existsSync } from "node:fs";
import { join } from "node:path";
import { lockFolder } from "../../segments/folder-lock.ts";
import { segmentBytes } from "../../segments/log-reader.ts";
import type { ShipperConfig } from "../config/config.ts";
import { openOutput } from "../outputs/open-output.ts";
import type { OutputEnvironment } from "../outputs/output-environment.ts";
import type { WindowSender } from "../outputs/window-sender.ts";
import { Spool } from "./spool.ts";

const SEGMENT_BYTES = 64 << 20;

/** What a shipper sends with. */
export interface OpenSender {
  readonly sender: WindowSender;
  /** The same, when the spool is on. */
  readonly spool: Spool | undefined;
}

/**
 * The configured output, with the spool in front when it is on, or when it was on and still holds something.
 * `watched` puts something before the output, to count.
 * @throws FolderInUse, SegmentVersion, TlsFileError, BulkConnectionError, or what the filesystem says
 */
export async function openSender(
  { output: config, spool: settings }: Pick<ShipperConfig, "output" | "spool">,
  environment: OutputEnvironment,
  watched: (output: WindowSender) => WindowSender = (output) => output,
): Promise<OpenSender> {
  const output = watched(await openOutput(config, environment));
  const folder = settings?.path ?? join(environment.dataFolder, "spool");
  const { log, clock } = environment;
  const left = settings === undefined && existsSync(folder) ? await segmentBytes(folder) : 0;
  if (settings === undefined && left === 0) return { sender: output, spool: undefined };
  if (settings === undefined)
    log.warn("queue.disk is off, and its folder still holds events: they are sent first", { folder });
  try {
    // Also where only this folder is shared.
    const release = await lockFolder(folder);
    const spool = await Spool.open(output, {
      folder,
      maxBytes: settings?.maxBytes ?? left,
      segmentBytes: settings?.segmentBytes ?? SEGMENT_BYTES,
      log,
      clock,
      release,
    }).catch(async (error: unknown) => {
      await release();
      throw error;
    });
    return { sender: spool, spool };
  } catch (error) {
    await output.close();
    throw error;
  }
}
