/** What a `_bulk` answer says of its operations. */
export type ItemVerdict =
  | { readonly kind: "delivered" }
  /** Kept by the destination's failure store. */
  | { readonly kind: "failureStore" }
  /** Another version of the document is there; an `update` may be tried again. */
  | { readonly kind: "conflict"; readonly isUpdate: boolean }
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

/** Value of `filter_path` that leaves out of the answer what nobody looks at. `error` is that of a whole request. */
export const ANSWER_FILTER = "errors,items.*.status,items.*.failure_store,items.*.error,error";

const NO_ERRORS: Buffer = Buffer.from('"errors":false');
const STATUS: Buffer = Buffer.from('"status":');
const FAILURE_STORE: Buffer = Buffer.from('"failure_store"');
/** Error types of an item that are the destination's fault and not the document's. */
const DESTINATION_FAULTS: ReadonlySet<string> = new Set([
  "index_not_found_exception",
  "index_closed_exception",
  "cluster_block_exception",
  // With require_data_stream, an ordinary index has the stream's name.
  "resource_not_found_exception",
]);

/** Characters of a reason that is kept with a rejected event. */
const REASON_LIMIT = 4096;
/** Characters of an answer in a message. */
const EXCERPT_LIMIT = 300;

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
    const [operation, answered] = (Object.entries(item)[0] ?? []) as [string?, AnsweredItem?];
    if (operation === undefined || typeof answered?.status !== "number") return undefined;
    verdicts.push(judge(operation, answered, answered.status));
  }
  return verdicts;
}

function judge(operation: string, item: AnsweredItem, status: number): ItemVerdict {
  if (item.error === undefined || item.error === null) {
    if (status < 300) return { kind: item.failure_store === "used" ? "failureStore" : "delivered" };
    // A delete of what is not there: status 404 and no error.
    if (status === 404 && operation === "delete") return { kind: "delivered" };
  }
  const code = typeof item.error?.type === "string" ? item.error.type : `status_${status}`;
  const reason = reasonOf(item.error) ?? `Elasticsearch answered with status ${status}`;
  if (status === 409 && code === "version_conflict_engine_exception") {
    return { kind: "conflict", isUpdate: operation === "update" };
  }
  if (DESTINATION_FAULTS.has(code) || status === 401 || status === 403) {
    return { kind: "held", reason: `${code}: ${reason}` };
  }
  if (status >= 400 && status < 500 && status !== 429) return { kind: "rejected", code, reason };
  return { kind: "busy", reason: `${code}: ${reason}` };
}

function reasonOf(error: AnsweredItem["error"]): string | undefined {
  const texts = [error?.reason, error?.caused_by?.reason].filter((text) => typeof text === "string");
  return texts.length === 0 ? undefined : texts.join(": ").slice(0, REASON_LIMIT);
}

/** What an answer to a whole request says is wrong, for a message: Elasticsearch's error, else the beginning of the text. */
export function excerpt(body: Buffer): string {
  try {
    const { error } = JSON.parse(body.toString("utf8")) as { error?: AnsweredItem["error"] | string };
    if (typeof error === "string") return error.slice(0, EXCERPT_LIMIT);
    const reason = reasonOf(error);
    if (reason !== undefined) return `${String(error?.type)}: ${reason}`.slice(0, EXCERPT_LIMIT);
  } catch {
    // Not JSON: a proxy's page, or cut off.
  }
  return body.toString("utf8", 0, EXCERPT_LIMIT).replace(/\s+/g, " ").trim() || "(empty)";
}
