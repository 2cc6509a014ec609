import type { Framer, FrameTarget } from "../../plugin/definitions.ts";
import { lineFramer } from "../../sources/line-framer.ts";

const NEWLINE = 0x0a;

/**
 * Cuts a stream into lines and puts its first line, which names the columns, before each of the others: a record then says all that there
 * is to know of it, whichever worker gets it.
 */
export function headedFramer(): Framer {
  const lines = lineFramer("\n");
  let header: Buffer | undefined;
  /** Bytes of the header in the stream, until a record has taken them. */
  let headerRaw = 0;

  const onLine =
    (emit: FrameTarget): FrameTarget =>
    (bytes, start, end, raw, flags) => {
      if (header === undefined) {
        headerRaw += raw;
        if (start === end) return;
        header = Buffer.allocUnsafe(end - start + 1);
        bytes.copy(header, 0, start, end);
        header[end - start] = NEWLINE;
        return;
      }
      const record = Buffer.concat([header, bytes.subarray(start, end)]);
      emit(record, 0, record.length, headerRaw + raw, flags);
      headerRaw = 0;
    };

  return {
    push: (chunk, emit) => lines.push(chunk, onLine(emit)),
    flush: (emit) => lines.flush(onLine(emit)),
  };
}
