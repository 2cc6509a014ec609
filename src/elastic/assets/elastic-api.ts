import type { ApiConnection, ApiMethod } from "../bulk-types.ts";
import { isObject, type Json, type JsonObject, objectAt } from "./json.ts";

/** An answer of 400 and above, in Elasticsearch's words. */
export class ElasticApiError extends Error {
  readonly status: number;
  /** Elasticsearch's type of the innermost cause; empty where it gives none. */
  readonly type: string;

  constructor(what: string, status: number, type: string, reason: string) {
    super(`${what}: ${status} ${reason}`);
    this.name = "ElasticApiError";
    this.status = status;
    this.type = type;
  }

  /** The server does not have this API: no handler, another method only, or closed (serverless: 410). */
  get isMissingApi(): boolean {
    return this.status === 405 || this.status === 410 || (this.status === 400 && this.type === "");
  }

  get isForbidden(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** JSON calls of one cluster. Rejects with ElasticApiError for an answer of 400 and above, and as the connection does. */
export class ElasticApi {
  readonly #connection: ApiConnection;
  readonly #signal: AbortSignal;

  constructor(connection: ApiConnection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  async call(method: ApiMethod, path: string, body?: JsonObject): Promise<JsonObject> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const { statusCode, body: answer } = await this.#connection.request(method, path, bytes, this.#signal);
    const what = `${method} ${path}`;
    const value = parsed(answer);
    if (statusCode >= 400) {
      const { type, reason } = innermost(value, statusCode);
      throw new ElasticApiError(what, statusCode, type, reason);
    }
    if (!isObject(value)) throw new ElasticApiError(what, statusCode, "", "the answer is not a JSON object");
    return value;
  }
}

function parsed(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString()) as Json;
  } catch {
    return null;
  }
}

/** The cause at the bottom says most. */
function innermost(answer: Json, status: number): { readonly type: string; readonly reason: string } {
  const error = isObject(answer) ? answer["error"] : undefined;
  if (typeof error === "string") return { type: "", reason: error };
  let cause = objectAt(isObject(answer) ? answer : {}, "error");
  while (isObject(cause["caused_by"])) cause = cause["caused_by"];
  const { type, reason } = cause;
  return {
    type: typeof type === "string" ? type : "unknown",
    reason: typeof reason === "string" ? reason : `no reason given (HTTP ${status})`,
  };
}
