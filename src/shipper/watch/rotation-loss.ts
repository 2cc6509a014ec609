/** What is known of a file that is written, read, and rotated. */
export interface RotationPace {
  readonly unreadBytes: number;
  /** Bytes a second. */
  readonly writtenPerSecond: number;
  readonly readPerSecond: number;
  /** When its path was seen to get new content, epoch milliseconds, ascending. */
  readonly rotations: readonly number[];
  readonly now: number;
}

/** The next rotation would find so many bytes unread, in about so many seconds. They are lost where the rotated copy is not kept until it is read. */
export interface RotationLoss {
  readonly bytes: number;
  readonly seconds: number;
}

/** undefined: nothing is expected to be unread then, or fewer than two rotations were seen. A rotation that is overdue is expected at once. */
export function rotationLoss(pace: RotationPace): RotationLoss | undefined {
  const { unreadBytes, writtenPerSecond, readPerSecond, rotations, now } = pace;
  if (rotations.length < 2 || unreadBytes <= 0) return undefined;
  const gaps = rotations.slice(1).map((at, i) => at - (rotations[i] as number));
  gaps.sort((a, b) => a - b);
  const usual = gaps[gaps.length >> 1] as number;
  const seconds = Math.max(0, (rotations[rotations.length - 1] as number) + usual - now) / 1000;
  const bytes = Math.round(unreadBytes + (writtenPerSecond - readPerSecond) * seconds);
  return bytes > 0 ? { bytes, seconds } : undefined;
}
