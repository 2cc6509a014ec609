/** The beginning of a text that takes at most `bytes` bytes of UTF-8 and ends with a whole character. */
export function truncateText(text: string, bytes: number): string {
  // A character takes at most three bytes for each of its UTF-16 units.
  if (text.length * 3 <= bytes) return text;
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = Math.max(0, bytes);
  while (end > 0 && ((encoded[end] as number) & 0xc0) === 0x80) end--;
  return encoded.toString("utf8", 0, end);
}
