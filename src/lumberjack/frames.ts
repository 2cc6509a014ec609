/**
 * The frames of the Beats wire protocol (Lumberjack). All numbers are big endian; the first byte is the version, an ASCII digit.
 *
 *     window      '2' 'W' size u32                           so many events follow, then the sender waits for their acknowledgement
 *     JSON        '2' 'J' sequence u32, length u32, JSON     one event; sequences begin at 1 in every window
 *     data        '2' 'D' sequence u32, pairs u32, { key length u32, key, value length u32, value } * pairs     the old format
 *     compressed  '2' 'C' length u32, zlib stream of whole frames
 *     ack         '2' 'A' sequence u32                       receiver to sender; sequence 0 is a keep-alive
 *
 * Version 1 has '1' as first byte and knows W, D, C and A only. An acknowledgement carries the sequence of the last event that is
 * done; one with a smaller sequence than the window's last is partial and restarts the sender's patience.
 * Source: the protocol text of logstash-forwarder (version 1) and github.com/elastic/go-lumber (version 2).
 */
export const VERSION_1 = 0x31;
export const VERSION_2 = 0x32;
export const FRAME_WINDOW = 0x57;
export const FRAME_JSON = 0x4a;
export const FRAME_DATA = 0x44;
export const FRAME_COMPRESSED = 0x43;
export const FRAME_ACK = 0x41;

/** Bytes of a window frame, of an ack, and of the head of a compressed frame. */
export const SHORT_FRAME_BYTES = 6;
/** Bytes before the payload of a JSON or data frame. */
export const EVENT_HEAD_BYTES = 10;

/** The unsigned 32-bit number at `at`. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

/** Writes `value` as an unsigned 32-bit number at `at`. */
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Writes a frame of a version, a type and one number (window, ack, head of a compressed frame) at `at`. */
export function writeShortFrame(bytes: Uint8Array, at: number, version: number, type: number, value: number): void {
  bytes[at] = version;
  bytes[at + 1] = type;
  writeU32(bytes, at + 2, value);
}
