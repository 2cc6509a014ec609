import type { Clock } from "../../lumberjack/clock.ts";
import type { ShipDiskFigures } from "./figures.ts";

/** Time between looks, in milliseconds. */
const LOOK_MS = 2000;
/** On small filesystems the floor is at most this part of them. */
const SMALL_PART = 8;
/** There is room again when so many times the floor is free: else it would go on and off. */
const ROOM_AGAIN = 1.25;

/** Bytes of a filesystem: free for the shipper, and all. */
export interface FreeSpace {
  readonly device: string;
  readonly free: number;
  readonly total: number;
}

export interface DiskGuardOptions {
  /** Folders that the shipper writes to. */
  readonly folders: readonly string[];
  readonly minFreeBytes: number;
  readonly clock: Clock;
  /** Rejects where the folder is not there (yet): it is left out then. */
  freeSpace(folder: string): Promise<FreeSpace>;
  /** The filesystem of these folders has little room now (`full`), or has room again. */
  changed(disks: readonly ShipDiskFigures[]): void;
}

/** Looks at the free space of the folders that the shipper writes to, and says when there is too little, and when there is enough again. */
export class DiskGuard {
  readonly #options: DiskGuardOptions;
  readonly #disks = new Map<string, ShipDiskFigures>();
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  get disks(): readonly ShipDiskFigures[] {
    return [...this.#disks.values()];
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    await this.look();
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(LOOK_MS, () => void this.start());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async look(): Promise<void> {
    const { folders, minFreeBytes, freeSpace, changed } = this.#options;
    const byDevice = new Map<string, ShipDiskFigures[]>();
    for (const folder of folders) {
      let space: FreeSpace;
      try {
        space = await freeSpace(folder);
      } catch {
        continue;
      }
      if (this.#stopped) return;
      const was = this.#disks.get(folder)?.full === true;
      const floorBytes = Math.min(minFreeBytes, Math.floor(space.total / SMALL_PART));
      const full = space.free < (was ? floorBytes * ROOM_AGAIN : floorBytes);
      const disk = { folder, freeBytes: space.free, floorBytes, full };
      this.#disks.set(folder, disk);
      if (full === was) continue;
      const key = `${space.device} ${full}`;
      byDevice.set(key, [...(byDevice.get(key) ?? []), disk]);
    }
    for (const disks of byDevice.values()) changed(disks);
  }
}
