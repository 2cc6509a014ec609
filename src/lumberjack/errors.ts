/** What went wrong, for programs. */
export type LumberjackErrorCode =
  /** Another process listens on this address. */
  | "ADDRESS_IN_USE"
  /** The address is not one of this machine, or the host name is unknown. */
  | "ADDRESS_UNAVAILABLE"
  /** No right to listen on this port. */
  | "ADDRESS_FORBIDDEN"
  /** A certificate, key or TLS option that cannot be used. */
  | "BAD_TLS_OPTIONS"
  | "CONNECT_FAILED"
  | "TLS_FAILED"
  /** Neither acknowledgement nor keep-alive in time, or no connection in time. */
  | "TIMED_OUT"
  | "CONNECTION_LOST"
  /** The peer closed while nothing was in flight: nothing is in doubt. */
  | "CLOSED_BY_PEER"
  /** Our side closed. */
  | "CLOSED"
  /** Bytes that are not this protocol. */
  | "PROTOCOL"
  /** A limit of this side was exceeded. */
  | "LIMIT";

/** An error of this room; match on `code`. */
export class LumberjackError extends Error {
  override readonly name = "LumberjackError";
  readonly code: LumberjackErrorCode;

  constructor(code: LumberjackErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Bytes that the parser refuses: not the protocol (`PROTOCOL`) or above a limit (`LIMIT`). */
export class FrameError extends LumberjackError {
  /** Where in the stream the offending frame begins, in bytes. */
  readonly position: number;

  constructor(code: "PROTOCOL" | "LIMIT", message: string, position: number) {
    super(code, `${message}, at byte ${position}`);
    this.position = position;
  }
}

/** Text of any thrown value, with its code when the message does not name it. */
export function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  if (fault instanceof LumberjackError) return fault.message;
  const code = (fault as { code?: unknown }).code;
  // A connect to a name with several addresses fails with an AggregateError whose message is empty.
  const message = fault.message || (fault instanceof AggregateError ? describeFault(fault.errors[0]) : fault.name);
  return typeof code !== "string" || message.includes(code) ? message : `${message} (${code})`;
}
