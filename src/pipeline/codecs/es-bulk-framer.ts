import type { Framer, FrameTarget } from "../../plugin/definitions.ts";
import { lineFramer } from "../../sources/line-framer.ts";

const NEWLINE: Buffer = Buffer.from("\n");

/** The name of the action that a line of a bulk body states; undefined where it is no action line. */
export function actionOf(line: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
    return Object.keys(parsed)[0];
  } catch {
    return undefined;
  }
}

/**
 * Cuts a bulk body into its operations: an action line together with the source line behind it, a `delete` alone. A line that is no
 * action is a record by itself. Source: Elasticsearch, "Bulk API".
 */
export function bulkFramer(): Framer {
  const lines = lineFramer("\n");
  /** The action line whose source is awaited, and the stream's bytes that it took. */
  let action: Buffer | undefined;
  let actionRaw = 0;

  const onLine =
    (emit: FrameTarget): FrameTarget =>
    (bytes, start, end, raw, flags) => {
      if (action !== undefined) {
        const pair = Buffer.concat([action, NEWLINE, bytes.subarray(start, end)]);
        action = undefined;
        emit(pair, 0, pair.length, actionRaw + raw, flags);
        return;
      }
      const line = bytes.toString("utf8", start, end);
      const name = actionOf(line);
      if (name === undefined || name === "delete") {
        emit(bytes, start, end, raw, flags);
        return;
      }
      // The stream's buffer is used again after the call.
      action = Buffer.from(bytes.subarray(start, end));
      actionRaw = raw;
    };

  return {
    push: (chunk, emit) => lines.push(chunk, onLine(emit)),
    flush(emit) {
      lines.flush(onLine(emit));
      if (action !== undefined) emit(action, 0, action.length, actionRaw, 0);
      action = undefined;
    },
  };
}
