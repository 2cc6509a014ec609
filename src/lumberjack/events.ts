/** Events as byte ranges: event `i` is the JSON text `bytes[starts[i]..ends[i])`, for `i < count`. */
export interface EventSlices {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly count: number;
  /**
   * Set where events lie in order with exactly `EVENT_HEAD_BYTES` before each, and `SHORT_FRAME_BYTES` more before the first, that a sender may write
   * its frames' heads to: what goes out is not copied then.
   */
  readonly gaps?: true;
}

/**
 * Events that a connection received, in order: a window or a part of one (a large window comes in several blocks).
 * The bytes are the receiver's and are used again after `release`.
 */
export interface EventBlock extends EventSlices {
  readonly bytes: Buffer;
  /**
   * The first `count` events have reached their end. Grows only; the whole block released too when it is `block.count`.
   * May be called after the connection has closed (the sender will send them again).
   */
  acknowledge(count: number): void;
  /** The bytes have been copied or are not needed any more: reading from the connection may go on. */
  release(): void;
}

/** Who is at the other end of a TLS connection. */
export interface TlsPeer {
  /** For instance `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** The peer has shown a certificate that the configured authorities vouch for. */
  readonly verified: boolean;
  /** Subject of the peer's certificate as `CN=…,O=…`, if it has shown one. */
  readonly subject?: string;
}

/** One accepted connection, as the owner of a server sees it. */
export interface LumberjackPeer {
  /** Number of the connection in its server, from 1. */
  readonly id: number;
  readonly address: string;
  readonly port: number;
  readonly tls?: TlsPeer;
}
