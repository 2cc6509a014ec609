/** What a `_bulk` answer says of its operations. */
export type ItemVerdict =
  | { readonly kind: "delivered" }
  /** Kept by the destination's failure store. */
  | { readonly kind: "failureStore" }
  | { readonly kind: "conflict" }
  /** Try again later: the cluster is busy. */
  | { readonly kind: "busy"; readonly reason: string }
  /** The destination is not as it should be: held and tried again, never given up. */
  | { readonly kind: "held"; readonly reason: string }
  | { readonly kind: "rejected"; readonly code: string; readonly reason: string };

interface AnsweredItem {
  readonly status?: unknown;
  readonly failure_store?: unknown;
  readonly error?: {
    readonly type?: unknown;
    readonly reason?: unknown;
    readonly caused_by?: { readonly reason?: unknown };
  };
}

/** Query parameters that leave out of the answer what nobody looks at. */
export const ANSWER_FILTER = "errors,items.*.status,items.*.failure_store,items.*.error";

const NO_ERRORS: Buffer = Buffer.from('"errors":false');
const STATUS: Buffer = Buffer.from('"status":');
const FAILURE_STORE: Buffer = Buffer.from('"failure_store"');
/** Error types of an item that are the destination's fault and not the document's. */
const DESTINATION_FAULTS: ReadonlySet<string> = new Set([
  "index_not_found_exception",
  "index_closed_exception",
  "cluster_block_exception",
]);

/** All operations were done, as far as can be told without reading the items one by one; `count` is how many were sent. */
export function isAllDelivered(body: Buffer, count: number): boolean {
  const head = body.subarray(0, 64);
  if (!head.includes(NO_ERRORS) || body.at(-1) !== 0x7d || body.includes(FAILURE_STORE)) return false;
  let found = 0;
  for (let at = body.indexOf(STATUS); at >= 0; at = body.indexOf(STATUS, at + STATUS.length)) found++;
  return found === count;
}

/** The verdict on every operation; undefined when this is no answer to `count` operations: what became of them is in doubt then. */
export function readAnswer(body: Buffer, count: number): ItemVerdict[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
  const items = (parsed as { items?: unknown } | null)?.items;
  if (!Array.isArray(items) || items.length !== count) return undefined;
  const verdicts: ItemVerdict[] = [];
  for (const item of items as unknown[]) {
    if (typeof item !== "object" || item === null) return undefined;
    const answered = Object.values(item)[0] as AnsweredItem | undefined;
    if (typeof answered?.status !== "number") return undefined;
    verdicts.push(judge(answered, answered.status));
  }
  return verdicts;
}

function judge(item: AnsweredItem, status: number): ItemVerdict {
  if (status < 300) return { kind: item.failure_store === "used" ? "failureStore" : "delivered" };
  const code = typeof item.error?.type === "string" ? item.error.type : `status_${status}`;
  const causes = [item.error?.reason, item.error?.caused_by?.reason].filter((text) => typeof text === "string");
  const reason = causes.join(": ") || `Elasticsearch answered with status ${status}`;
  if (status === 409 && code === "version_conflict_engine_exception") return { kind: "conflict" };
  if (DESTINATION_FAULTS.has(code)) return { kind: "held", reason: `${code}: ${reason}` };
  if (status === 429 || status >= 500) return { kind: "busy", reason: `${code}: ${reason}` };
  if (status === 401 || status === 403) return { kind: "held", reason: `${code}: ${reason}` };
  return { kind: "rejected", code, reason };
}
