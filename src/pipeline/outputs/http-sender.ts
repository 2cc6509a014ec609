import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Dispatcher, request } from "undici";
import type { EncodedRequest } from "./http-encoder.ts";
import { Places } from "./places.ts";
import type { Trouble } from "./trouble.ts";

export interface HttpSenderOptions {
  /** Upper case. */
  readonly method: string;
  readonly compress: boolean;
  readonly authorization: string | undefined;
  readonly followRedirects: boolean;
  /** Keep trying what may succeed later. */
  readonly retryFailed: boolean;
  readonly retryableCodes: ReadonlySet<number>;
  readonly ignorableCodes: ReadonlySet<number>;
  /** Further attempts at once when a connection breaks. */
  readonly automaticRetries: number;
  /** Also for methods that may not be repeated without consequence (POST, PATCH). */
  readonly retryNonIdempotent: boolean;
  readonly requestMs: number;
  readonly socketMs: number;
  /** Requests under way at a time. */
  readonly most: number;
}

/** What the sender needs of the world. */
export interface HttpSenderParts {
  readonly request: typeof request;
  readonly dispatcher: Dispatcher;
  readonly trouble: Trouble;
  readonly random: () => number;
  /** Rejects when `signal` aborts. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** How a request ended for good. `status` 0: without an answer. */
export type HttpOutcome =
  | { readonly taken: true }
  | { readonly taken: false; readonly status: number; readonly code: string; readonly reason: string };

/** First characters of an answer that are kept as the reason. */
const REASON_CHARACTERS = 200;
/** Bytes of an answer that are read, so that its connection can be used again. */
const ANSWER_BYTES = 256 * 1024;
const MOST_REDIRECTS = 10;
/** Longest pause between attempts, seconds. */
const MOST_PAUSE = 60;
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);
/** Troubles that no repetition cures: they lie in what an event has chosen. */
const HOPELESS: ReadonlySet<string> = new Set(["UND_ERR_INVALID_ARG", "ERR_INVALID_URL", "ERR_INVALID_ARG_TYPE"]);

type Headers = EncodedRequest["headers"];

const zip = promisify(gzip);

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
  /** Seconds; NaN where the server does not say. */
  readonly retryAfter: number;
}

/** Sends requests until they have an outcome. */
export class HttpSender {
  readonly #options: HttpSenderOptions;
  readonly #parts: HttpSenderParts;
  readonly #places: Places;

  constructor(options: HttpSenderOptions, parts: HttpSenderParts) {
    this.#options = options;
    this.#parts = parts;
    this.#places = new Places(options.most);
  }

  /** Resolves when the request was taken or refused for good; rejects only when `signal` aborts. */
  async send(given: EncodedRequest, signal: AbortSignal): Promise<HttpOutcome> {
    const { compress, retryFailed } = this.#options;
    // The batch's memory is shared: what is sent must not lie in it.
    const copy = Buffer.from(given.body);
    const body = compress ? await zip(copy) : copy;
    const headers = { ...given.headers, ...(compress ? { "Content-Encoding": "gzip" } : {}) };
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      // A place is held while a request is under way, not during pauses.
      const found = await this.#places.run(() => this.#attempt({ url: given.url, headers, body }, signal));
      signal.throwIfAborted();
      if (found.outcome.taken) this.#parts.trouble.over();
      if (found.outcome.taken || !found.again || !retryFailed) return found.outcome;
      this.#parts.trouble.meet(`${new URL(given.url).host}: ${found.outcome.reason}`);
      await (this.#parts.sleep ?? pause)(this.#pauseMs(attempt, found.retryAfter), signal);
    }
  }

  /** Half of the attempt's square in seconds, and up to as much again by chance; at most a minute. Or as the server asks. */
  #pauseMs(attempt: number, retryAfter: number): number {
    const seconds = Math.min(attempt ** 2, MOST_PAUSE);
    const own = seconds / 2 + (this.#parts.random() * seconds) / 2;
    return 1000 * Math.max(own, Math.min(Number.isNaN(retryAfter) ? 0 : retryAfter, MOST_PAUSE));
  }

  async #attempt(
    request: EncodedRequest,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: HttpOutcome; readonly again: boolean; readonly retryAfter: number }> {
    const { method, automaticRetries, retryNonIdempotent, retryableCodes, ignorableCodes } = this.#options;
    const mayRepeat = retryNonIdempotent || IDEMPOTENT.has(method);
    for (let repetition = 0; ; repetition++) {
      try {
        const { status, text, retryAfter } = await this.#followed(request, signal);
        if ((status >= 200 && status <= 299) || ignorableCodes.has(status))
          return { outcome: { taken: true }, again: false, retryAfter };
        const reason = text === "" ? String(status) : `${status}: ${text}`;
        const outcome = { taken: false, status, code: `http_${status}`, reason } as const;
        return { outcome, again: retryableCodes.has(status), retryAfter };
      } catch (error) {
        signal.throwIfAborted();
        const { code, reason } = faultOf(error);
        const hopeless = HOPELESS.has(code);
        if (!hopeless && mayRepeat && repetition < automaticRetries) continue;
        const outcome = { taken: false, status: 0, code: hopeless ? "bad_request" : code, reason } as const;
        return { outcome, again: !hopeless, retryAfter: Number.NaN };
      }
    }
  }

  /** The answer behind redirections; these keep method and body, but for 303, which says where to look. */
  async #followed(first: EncodedRequest, signal: AbortSignal): Promise<Answer> {
    let { method } = this.#options;
    let url = new URL(first.url);
    const { origin } = url;
    let body: Buffer | undefined = first.body;
    for (let redirects = 0; ; redirects++) {
      const headers = url.origin === origin ? this.#withLogin(first.headers) : withoutSecrets(first.headers);
      const answer = await this.#once(url, method, headers, body, signal);
      const { status, location } = answer;
      const isRedirect = [301, 302, 303, 307, 308].includes(status) && location !== undefined;
      if (!isRedirect || !this.#options.followRedirects || redirects === MOST_REDIRECTS) return answer;
      url = new URL(location, url);
      if (status === 303) {
        method = "GET";
        body = undefined;
      }
    }
  }

  #withLogin(headers: Headers): Headers {
    const { authorization } = this.#options;
    return authorization === undefined ? headers : { ...headers, Authorization: authorization };
  }

  async #once(
    url: URL,
    method: string,
    headers: Headers,
    body: Buffer | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { requestMs, socketMs } = this.#options;
    const answer = await this.#parts.request(url, {
      method: method as Dispatcher.HttpMethod,
      headers,
      ...(body === undefined || method === "HEAD" ? {} : { body }),
      dispatcher: this.#parts.dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
      headersTimeout: socketMs,
      bodyTimeout: socketMs,
    });
    const { location, "retry-after": retryAfter } = answer.headers;
    return {
      status: answer.statusCode,
      text: await beginning(answer.body),
      location: one(location),
      retryAfter: Number(one(retryAfter) ?? Number.NaN),
    };
  }
}

/** For a server that events were not configured for. */
function withoutSecrets(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(?:authorization|cookie)$/i.test(name)));
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** The first characters of an answer; the rest is read and forgotten. */
async function beginning(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let kept = 0;
  let total = 0;
  for await (const part of body) {
    total += part.length;
    if (kept < REASON_CHARACTERS * 4) {
      parts.push(part);
      kept += part.length;
    }
    // Leaving the loop ends the connection.
    if (total > ANSWER_BYTES) break;
  }
  return Buffer.concat(parts).toString().replaceAll(/\s+/g, " ").trim().slice(0, REASON_CHARACTERS);
}

/** What went wrong, without headers and causes, which may have passwords in them. */
function faultOf(error: unknown): { readonly code: string; readonly reason: string } {
  const { code, name, message, cause } = error as NodeJS.ErrnoException & { readonly cause?: NodeJS.ErrnoException };
  const found = cause?.code === undefined ? { code, message } : { code: cause.code, message: cause.message };
  if (name === "TimeoutError") return { code: "timeout", reason: "no answer within request_timeout" };
  return { code: String(found.code ?? name), reason: found.message };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return sleep(milliseconds, undefined, { signal });
}
