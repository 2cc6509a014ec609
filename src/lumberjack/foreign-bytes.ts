/** What bytes that are no Lumberjack frame may be; at the start of a stream the usual mistakes have a name. */
export function describeForeign(bytes: Buffer, at: number, atStart: boolean): string {
  const first = bytes[at] as number;
  if (atStart && first === 0x16 && bytes[at + 1] === 0x03) return "a TLS handshake, but this port does not speak TLS";
  if (atStart && /^(GE|PO|PU|HE|OP|DE)$/.test(bytes.toString("latin1", at, at + 2))) {
    return "an HTTP request, not Lumberjack";
  }
  return `not a Lumberjack frame (version byte ${printable(first)})`;
}

/** A byte for a message: the character, if it is one, and the number. */
export function printable(byte: number): string {
  const hex = `0x${byte.toString(16).padStart(2, "0")}`;
  return byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}' (${hex})` : hex;
}
