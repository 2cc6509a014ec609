// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import type { ConnectionOptions } from "../../src/pipeline/outputs/elasticsearch-connection.ts";
import { bulkDeliverer } from "../../src/pipeline/outputs/elasticsearch-delivery.ts";
import { Secret } from "../../src/plugin/options.ts";
import { ElasticsearchModel } from "../support/elasticsearch-model.ts";
import { serveModel } from "../support/elasticsearch-model-server.ts";
import { NO_ORIGINS } from "../support/run-output.ts";
import { creates, STREAM } from "./sending.ts";

const never = new AbortController().signal;

type Settings = ConnectionOptions & { readonly document_id: string | undefined };

function settingsFor(hosts: readonly string[], more: Partial<Settings> = {}): Settings {
  return {
    hosts,
    cloud_id: undefined,
    cloud_auth: undefined,
    user: undefined,
    password: undefined,
    api_key: undefined,
    ssl_enabled: undefined,
    ssl_certificate_authorities: [],
    ca_trusted_fingerprint: undefined,
    ssl_certificate: undefined,
    ssl_key: undefined,
    ssl_verification_mode: "full",
    proxy: undefined,
    custom_headers: {},
    path: undefined,
    timeout: 60,
    compression_level: 1,
    document_id: undefined,
    ...more,
  };
}

function host(said: string[] = []) {
  const log = (message: string) => said.push(message);
  return {
    pluginId: "elasticsearch#1",
    pipelineId: "main",
    ecs: "v8",
    log: { info: log, warn: log, error: log },
    now: Date.now,
    random: Math.random,
  } as const;
}

/** The documents of `creates` as a delivery gives them. */
const givenEvents = (count: number) => ({ ...creates(count), trailer: Buffer.alloc(0), origins: NO_ORIGINS });

describe("deliverer of the elasticsearch output", () => {
  it("delivers, and knows its own ids again; the settings go along", async () => {
    const model = new ElasticsearchModel({ dataStreams: [STREAM] });
    const server = await serveModel(model);
    const settings = settingsFor([server.url], {
      user: "elastic",
      password: new Secret("pass"),
      custom_headers: { "x-n": 5 },
    });
    const deliverer = await bulkDeliverer(settings, true, host());
    try {
      assert.equal((await deliverer.deliver(givenEvents(20), never)).delivered, 20);
      assert.equal((await deliverer.deliver(givenEvents(30), never)).existing, 20);
      assert.equal(model.documents.of(STREAM).size, 30);
      assert.equal(model.query["require_data_stream"], "true");
      const { headers } = server.seen[0] ?? assert.fail();
      assert.equal(headers.authorization, `Basic ${Buffer.from("elastic:pass").toString("base64")}`);
      assert.equal(headers["x-n"], "5");
      assert.equal(headers["content-encoding"], "gzip");
    } finally {
      await deliverer.close();
      await server.close();
    }
  });

  it("starts without its server, and delivers when that comes", async () => {
    const model = new ElasticsearchModel({ dataStreams: [STREAM] });
    const first = await serveModel(model);
    await first.close();
    const said: string[] = [];
    const deliverer = await bulkDeliverer(settingsFor([first.url], { document_id: "%{x}" }), false, host(said));
    const delivery = deliverer.deliver(givenEvents(5), never);
    while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.match(said[0] as string, new RegExp(`cannot be reached: ${first.url}: connect ECONNREFUSED`));
    const second = await serveModel(model, undefined, first.port);
    try {
      assert.equal((await delivery).delivered, 5);
      assert.equal((await deliverer.deliver(givenEvents(5), never)).conflicts, 5);
      assert.equal(model.query["require_data_stream"], undefined);
    } finally {
      await deliverer.close();
      await second.close();
    }
  });

  it("a file that is not there is an error at start", async () => {
    const settings = settingsFor(["//127.0.0.1"], { ssl_certificate_authorities: ["/nonexistent/ca.pem"] });
    await assert.rejects(
      bulkDeliverer(settings, true, host()),
      /\/nonexistent\/ca\.pem: CA certificates cannot be read/,
    );
  });
});
