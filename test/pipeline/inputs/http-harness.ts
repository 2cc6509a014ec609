import { randomBytes } from "node:crypto";
import { type IncomingHttpHeaders, type RequestOptions, request } from "node:http";
import { request as tlsRequest } from "node:https";
import type { Event } from "../../../src/event/event.ts";
import { RecordBatch } from "../../../src/event/record-batch.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import type { ObjectValue } from "../../../src/event/value.ts";
import { compileWorkerProgram } from "../../../src/pipeline/compile/worker-program.ts";
import { findPlugin } from "../../../src/pipeline/plugins.ts";
import { decodeChunk } from "../../../src/pipeline/run/chunk.ts";
import { ChunkRun } from "../../../src/pipeline/run/program.ts";
import { defaultsOf } from "../../../src/plugin/check-options.ts";
import type { EcsMode, InputHost, RunningInput } from "../../../src/plugin/definitions.ts";
import { resolved } from "../../support/resolved.ts";
import { codecHost, NOW } from "../../support/run-codec.ts";
import { comparable } from "../../support/run-filters.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A running `http` input whose records are decoded as in a worker; a test decides when they have arrived. */
export class HttpHarness {
  readonly events: Event[] = [];
  readonly warnings: string[] = [];
  /** With false batches wait for `acknowledge`. */
  acknowledges = true;
  /** Batches that there are at a time; more wait. */
  batches: number = Number.POSITIVE_INFINITY;
  port = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #wanting: (() => void)[] = [];
  #used = 0;
  #input: RunningInput | undefined;

  static async start(config = "", ecs: EcsMode = "v8"): Promise<HttpHarness> {
    const harness = new HttpHarness();
    await harness.#start(`http { host => "127.0.0.1" port => 0 ${config} }`, ecs);
    return harness;
  }

  async #start(config: string, ecs: EcsMode): Promise<void> {
    const text = `input { ${config} } output { null { } }`;
    const input = resolved(text).inputs[0];
    if (input === undefined) throw new Error("no input");
    const log = {
      info: (_message: string, details?: object) => {
        this.port = (details as { port: number }).port;
      },
      warn: (message: string) => this.warnings.push(message),
      error: (message: string) => this.warnings.push(message),
    };
    const base = { ...codecHost(ecs), log };
    const program = compileWorkerProgram(
      [{ id: "test", sources: [{ name: "test.conf", text }], ecs, supportEscapes: false }],
      {
        log,
        now: () => NOW,
        random: () => 0.5,
      },
    );
    const host: InputHost = {
      ...base,
      number: 0,
      dataFolder: "",
      source: (fields) => ({ input: 0, fileId: randomBytes(12), generation: 0, fields }),
      framer: () => input.codec.plugin.framer?.(input.codec.options, base),
      framerOf: (name) => {
        const codec = findPlugin("codec", name);
        if (codec === undefined) throw new RangeError(`there is no codec "${name}" that reads`);
        return codec.framer?.(defaultsOf(codec.options) as never, base);
      },
      joinLines: () => undefined,
      ledger: { snapshot: () => ({}), restore: () => undefined },
      sink: {
        acquire: async (bytes = 0) => {
          if (this.#used >= this.batches) await new Promise<void>((resolve) => this.#wanting.push(resolve));
          this.#used++;
          return RecordBatch.allocate(Math.max(bytes, 65_536), 64);
        },
        submit: (batch, acknowledged) => {
          const sources = batch.sources.map((source) => program.prepare(source));
          const of = { bytes: batch.bytes, table: batch.table, sources, timestamp: new Timestamp(batch.readAt) };
          const decoded = decodeChunk(of, 0, batch.count, new ChunkRun())[0] ?? [];
          this.events.push(...decoded.filter((event) => !event.cancelled));
          const done = (): void => {
            this.#used--;
            acknowledged();
            this.#wanting.shift()?.();
          };
          if (this.acknowledges) setImmediate(done);
          else this.#waiting.push(done);
        },
        release: () => {
          this.#used--;
        },
      },
    };
    this.#input = await input.plugin.start(input.options, host);
  }

  /** Lets all batches arrive that wait. */
  acknowledge(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  /** Documents without the time they were given. */
  documents(): ObjectValue[] {
    return this.events.map((event) => {
      const { "@timestamp": _time, "@version": _version, ...fields } = comparable(event.toObject()) as ObjectValue;
      return fields;
    });
  }

  /** Documents without what is known of the request. */
  bodies(): ObjectValue[] {
    return this.documents().map(
      ({ http: _http, url: _url, user_agent: _agent, host: _host, event: _event, ...own }) => own,
    );
  }

  stop(timeoutMs = 1000): Promise<void> {
    return this.#input?.stop(timeoutMs) ?? Promise.resolve();
  }

  send(body: string | Buffer, headers: Record<string, string> = {}, options: RequestOptions = {}): Promise<Answer> {
    return sendTo(this.port, body, headers, options);
  }

  json(body: string): Promise<Answer> {
    return this.send(body, { "content-type": "application/json" });
  }

  /** Waits until `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export function sendTo(
  port: number,
  body: string | Buffer,
  headers: Record<string, string> = {},
  options: RequestOptions & {
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
    readonly tls?: true;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const make = options.tls ? tlsRequest : request;
    const out = make({ host: "127.0.0.1", port, method: "POST", agent: false, headers, ...options }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(parts).toString() }),
      );
    });
    out.on("error", reject);
    out.end(body);
  });
}
