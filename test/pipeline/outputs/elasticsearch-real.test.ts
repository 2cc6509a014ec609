// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { StoredTree } from "../../../src/event/value.ts";
import type { DeliveryOutcome } from "../../../src/plugin/definitions.ts";
import { call, realElasticsearch } from "../../support/elasticsearch.ts";
import { newEvent } from "../../support/run-codec.ts";
import { encodeBatch, outputDeliverer, outputEncoder } from "../../support/run-output.ts";
import { securedElasticsearch } from "../../support/secured-elasticsearch.ts";

const never = new AbortController().signal;

describe("elasticsearch output with a real Elasticsearch", function () {
  this.timeout(60_000);
  const index = `antler-actions-${randomBytes(4).toString("hex")}`;
  let url = "";

  before(async function () {
    const found = await realElasticsearch();
    if (found === undefined) return this.skip();
    url = found;
    const relations = { type: "join", relations: { question: "answer" } };
    await call(url, "PUT", index, { mappings: { properties: { rel: relations } }, settings: { number_of_shards: 2 } });
  });

  after(async () => {
    if (url !== "") await call(url, "DELETE", index);
  });

  async function send(config: string, ...events: StoredTree[]): Promise<DeliveryOutcome> {
    const whole = `elasticsearch { hosts => ["${url}"] index => "${index}" ${config} }`;
    const made = events.map((fields, i) => newEvent(i, fields));
    const deliverer = await outputDeliverer(whole);
    try {
      return await deliverer.deliver(encodeBatch(outputEncoder(whole), made), never);
    } finally {
      await deliverer.close();
    }
  }

  async function stored(id: string, query = ""): Promise<Record<string, unknown>> {
    const { _source } = await call(url, "GET", `${index}/_doc/${id}${query}`);
    return _source as Record<string, unknown>;
  }

  const isGone = (id: string) => assert.rejects(call(url, "GET", `${index}/_doc/${id}`), /404/);

  it("index, create, delete: done twice they come to the same", async () => {
    const config = 'document_id => "a" action => "%{verb}"';
    for (let i = 0; i < 2; i++) assert.equal((await send(config, { verb: "index", n: 1 })).delivered, 1);
    const again = await send(config, { verb: "create", n: 2 });
    assert.deepEqual([again.delivered, again.conflicts, again.rejected], [0, 1, []]);
    assert.equal((await stored("a"))["n"], 1);
    for (let i = 0; i < 2; i++) assert.equal((await send(config, { verb: "delete" })).delivered, 1);
    await isGone("a");
  });

  it("update: of what is there, of what is not, with upsert and doc_as_upsert", async () => {
    const update = 'action => "update" document_id => "u"';
    const missing = await send(update, { n: 1 });
    assert.equal(missing.rejected[0]?.code, "document_missing_exception");
    await send(`${update} upsert => '{"made": true}'`, { n: 1 });
    assert.deepEqual(await stored("u"), { made: true });
    await send(`${update} retry_on_conflict => 3`, { n: 2 });
    assert.equal((await stored("u"))["n"], 2);
    await send('action => "update" document_id => "v" doc_as_upsert => true', { n: 3 });
    assert.equal((await stored("v"))["n"], 3);
  });

  it("update by script, inline and stored", async function () {
    const script = { lang: "painless", source: "ctx._source.n += params.event.add" };
    try {
      await call(url, "PUT", `_scripts/${index}`, { script });
    } catch (error) {
      console.warn(`      this Elasticsearch has no painless: ${(error as Error).message.slice(0, 160)}`);
      return this.skip();
    }
    const update = `action => "update" document_id => "s" upsert => '{"n": 1}'`;
    for (let i = 0; i < 2; i++) await send(`${update} script => "${script.source}"`, { add: 5 });
    assert.equal((await stored("s"))["n"], 6);
    await send(`${update} script => "${index}" script_type => "indexed"`, { add: 1 });
    assert.equal((await stored("s"))["n"], 7);
    const upsert = 'script => "ctx._source.n = params.e.add" script_var_name => "e" scripted_upsert => true';
    await send(`action => "update" document_id => "t" ${upsert}`, { add: 9 });
    assert.equal((await stored("t"))["n"], 9);
    await call(url, "DELETE", `_scripts/${index}`);
  });

  it("external versions: an older or the same one is a conflict, and changes nothing", async () => {
    const config = 'document_id => "w" version => "%{v}" version_type => "external"';
    assert.equal((await send(config, { v: 5 })).delivered, 1);
    const { delivered, conflicts } = await send(config, { v: 4 }, { v: 5 }, { v: 6 });
    assert.deepEqual([delivered, conflicts], [1, 2]);
    assert.equal((await stored("w"))["v"], 6);
  });

  it("routing and join fields", async () => {
    await send('document_id => "q1" routing => "%{r}"', { r: "r1", rel: "question" });
    assert.equal((await stored("q1", "?routing=r1"))["r"], "r1");
    assert.equal((await send('document_id => "c1"', { rel: { name: "answer", parent: "q1" } })).rejected.length, 1);
    await send('document_id => "c1" join_field => "rel" parent => "q1"', { rel: "answer" });
    assert.deepEqual((await stored("c1", "?routing=q1"))["rel"], { name: "answer", parent: "q1" });
  });

  it("ingest pipelines, by option and by parameter; one that is not there is the document's error", async () => {
    await call(url, "PUT", `_ingest/pipeline/${index}`, { processors: [{ set: { field: "seen", value: true } }] });
    await send('document_id => "p" pipeline => "%{p}"', { p: index });
    assert.equal((await stored("p"))["seen"], true);
    await send(`document_id => "o" parameters => { "pipeline" => "${index}" } bulk_path => "/_bulk"`, { n: 1 });
    assert.equal((await stored("o"))["seen"], true);
    const [refused] = (await send('document_id => "x" pipeline => "not-there"', { n: 1 })).rejected;
    assert.match(refused?.reason ?? "", /not-there/);
    await call(url, "DELETE", `_ingest/pipeline/${index}`);
  });

  it("the longest id, and one that is not well-formed, go; a bad index name is the event's error alone", async () => {
    assert.equal((await send('document_id => "%{x}"', { x: "x".repeat(512) }, { x: "a\ud800" })).delivered, 2);
    const { delivered, rejected } = await send('document_id => "1" index => "%{i}"', { i: "Upper" }, { i: index });
    assert.deepEqual([delivered, rejected.map(({ code }) => code)], [1, ["invalid_index_name_exception"]]);
  });

  it("an alias that rolls over", async () => {
    await call(url, "PUT", `${index}-000001`, { aliases: { [`${index}-w`]: { is_write_index: true } } });
    const whole = `elasticsearch { hosts => ["${url}"] ilm_rollover_alias => "${index}-w" }`;
    const deliverer = await outputDeliverer(whole);
    try {
      const { delivered } = await deliverer.deliver(encodeBatch(outputEncoder(whole), [newEvent(0, { n: 1 })]), never);
      assert.equal(delivered, 1);
    } finally {
      await deliverer.close();
      await call(url, "DELETE", `${index}-000001`);
    }
  });

  it("a time series, which takes no ids; sent again, it is a conflict", async () => {
    const stream = `metrics-${index}-default`;
    const properties = {
      "@timestamp": { type: "date" },
      host: { type: "keyword", time_series_dimension: true },
      n: { type: "long", time_series_metric: "gauge" },
    };
    await call(url, "PUT", `_index_template/${index}`, {
      index_patterns: [stream],
      priority: 500,
      data_stream: {},
      template: {
        settings: {
          "index.mode": "time_series",
          "index.routing_path": ["host"],
          "index.time_series.start_time": "2026-11-01T00:00:00Z",
          "index.time_series.end_time": "2026-12-31T00:00:00Z",
        },
        mappings: { properties },
      },
    });
    const whole = `elasticsearch { hosts => ["${url}"] data_stream_type => "metrics" data_stream_dataset => "${index}" data_stream_sync_fields => false`;
    const deliver = async (more: string) => {
      const config = `${whole} ${more} }`;
      const deliverer = await outputDeliverer(config);
      try {
        return await deliverer.deliver(encodeBatch(outputEncoder(config), [newEvent(0, { host: "a", n: 1 })]), never);
      } finally {
        await deliverer.close();
      }
    };
    assert.equal((await deliver("")).rejected.length, 1);
    assert.equal((await deliver("time_series => true")).delivered, 1);
    assert.equal((await deliver("time_series => true")).conflicts, 1);
  });

  it("TLS and an API key", async function () {
    const secured = await securedElasticsearch();
    if (secured === undefined) return this.skip();
    try {
      const key = await secured.apiKey({ indices: [{ names: ["web"], privileges: ["all"] }] });
      const way = `hosts => ["${secured.url}"] ssl_certificate_authorities => ["${secured.ca}"] api_key => "${key}"`;
      const whole = `elasticsearch { ${way} index => "web" document_id => "1" }`;
      const deliverer = await outputDeliverer(whole);
      try {
        const sent = await deliverer.deliver(encodeBatch(outputEncoder(whole), [newEvent(0, { n: 1 })]), never);
        assert.equal(sent.delivered, 1);
      } finally {
        await deliverer.close();
      }
    } finally {
      await secured.remove();
    }
  });
});
