/** Every bound of a receiver. A sender that exceeds one of the first five is disconnected. */
export interface ReceiverLimits {
  /** Events in a window. */
  readonly maxWindowEvents: number;
  /** Bytes of one event's frame (JSON text, or all pairs of a data frame). */
  readonly maxEventBytes: number;
  /** Bytes of one compressed frame, before it is inflated. */
  readonly maxCompressedBytes: number;
  /** Bytes of one compressed frame once inflated; inflating stops there. */
  readonly maxInflatedBytes: number;
  /** Bytes that a peer may leave unread of our acknowledgements. */
  readonly maxUnreadAckBytes: number;
  /** Bytes of a memory block that frames are gathered in; a larger frame gets a larger one while it arrives. */
  readonly arenaBytes: number;
  /** Events of one block. */
  readonly maxBlockEvents: number;
  /** Unreleased event bytes of one connection above which it is not read from. */
  readonly maxConnectionBytes: number;
  /** Unreleased event bytes of all connections above which none is read from. */
  readonly maxServerBytes: number;
  /** Open connections; one more is closed at once. */
  readonly maxConnections: number;
  /** Milliseconds without a byte from a sender that is not owed anything; Logstash's `client_inactivity_timeout`. */
  readonly inactivityMs: number;
  /** Milliseconds between keep-alives while a sender waits for us. Senders give up after 30 s. */
  readonly keepaliveMs: number;
  /** Milliseconds that a TLS handshake may take. */
  readonly handshakeMs: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: ReceiverLimits = {
  maxWindowEvents: 1_000_000,
  maxEventBytes: 64 * MIB,
  maxCompressedBytes: 64 * MIB,
  maxInflatedBytes: 256 * MIB,
  maxUnreadAckBytes: 64 * 1024,
  arenaBytes: MIB,
  maxBlockEvents: 16_384,
  maxConnectionBytes: 8 * MIB,
  maxServerBytes: 128 * MIB,
  maxConnections: 10_000,
  inactivityMs: 60_000,
  keepaliveMs: 3_000,
  handshakeMs: 10_000,
};
