import { readFileSync } from "node:fs";
import type { Client, ClientOptions } from "@elastic/elasticsearch";
import type { BulkAnswer, BulkConnection } from "./bulk-sender.ts";

export interface ConnectionSettings {
  /** `https://host:9200`, `host:9200` or `//host`. */
  readonly hosts: readonly string[];
  readonly cloudId: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** `id:key`, or that encoded in base64. */
  readonly apiKey: string | undefined;
  readonly tls: {
    /** TLS for hosts without a scheme. */
    readonly enabled: boolean;
    readonly certificateAuthorities: readonly string[];
    readonly fingerprint: string | undefined;
    readonly certificate: string | undefined;
    readonly key: string | undefined;
    readonly verify: boolean;
  };
  readonly proxy: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Path before the API's own. */
  readonly path: string | undefined;
  readonly timeoutMs: number;
  readonly gzip: boolean;
}

/** Answers of any status come back as answers. */
const ANY_STATUS: number[] = Array.from({ length: 200 }, (_, i) => 400 + i);

/** A connection through Elastic's client, which is loaded at the first request: it takes a third of a second. */
export function elasticConnection(settings: ConnectionSettings): BulkConnection {
  let client: Promise<Client> | undefined;
  return {
    async bulk(body, query, signal): Promise<BulkAnswer> {
      client ??= connect(settings);
      const { transport } = await client;
      const response = await transport.request<AsyncIterable<Buffer>>(
        {
          method: "POST",
          path: `${settings.path ?? ""}/_bulk`,
          querystring: { ...query },
          bulkBody: body as unknown as string,
        },
        {
          meta: true,
          asStream: true,
          maxRetries: 0,
          requestTimeout: settings.timeoutMs,
          signal,
          compression: settings.gzip,
          ignore: ANY_STATUS,
          headers: { "content-type": "application/x-ndjson", accept: "application/json" },
        },
      );
      const chunks: Buffer[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      return { statusCode: response.statusCode ?? 0, body: Buffer.concat(chunks) };
    },
    async close() {
      await (await client)?.close();
    },
  };
}

async function connect(settings: ConnectionSettings): Promise<Client> {
  const { Client: ElasticClient, HttpConnection } = await import("@elastic/elasticsearch");
  const { tls } = settings;
  const options: ClientOptions = {
    // Node's own http: quicker to load than undici, and it takes our buffers as they are.
    Connection: HttpConnection,
    maxRetries: 0,
    sniffOnStart: false,
    ...(settings.cloudId === undefined
      ? { nodes: settings.hosts.map((host) => nodeUrl(host, tls.enabled)) }
      : { cloud: { id: settings.cloudId } }),
    ...(settings.apiKey === undefined ? {} : { auth: { apiKey: encodedKey(settings.apiKey) } }),
    ...(settings.user === undefined ? {} : { auth: { username: settings.user, password: settings.password ?? "" } }),
    tls: {
      ...(tls.certificateAuthorities.length > 0
        ? { ca: tls.certificateAuthorities.map((file) => readFileSync(file, "utf8")) }
        : {}),
      ...(tls.certificate === undefined ? {} : { cert: readFileSync(tls.certificate, "utf8") }),
      ...(tls.key === undefined ? {} : { key: readFileSync(tls.key, "utf8") }),
      rejectUnauthorized: tls.verify,
    },
    ...(tls.fingerprint === undefined ? {} : { caFingerprint: tls.fingerprint }),
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
    headers: { ...settings.headers },
  };
  return new ElasticClient(options);
}

/** A host as the client wants it; scheme http and port 9200 where there is none. */
export function nodeUrl(host: string, tls: boolean): string {
  const full = host.includes("://") ? host : `${tls ? "https" : "http"}://${host.replace(/^\/\//, "")}`;
  const url = new URL(full);
  const hasPort = url.port !== "" || /:\d+(?:[/?#]|$)/.test(full.replace(/^\w+:\/\//, ""));
  if (!hasPort) url.port = "9200";
  return url.toString();
}

function encodedKey(key: string): string {
  return key.includes(":") ? Buffer.from(key).toString("base64") : key;
}
