// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, realElasticsearch } from "../../support/elasticsearch.ts";
import { FilterSession } from "../../support/filter-session.ts";

const INDEX = `antler-lookup-${process.pid}`;

describe("elasticsearch filter, in a real Elasticsearch", function () {
  this.timeout(240_000);
  let url: string;

  before(async function () {
    const found = await realElasticsearch();
    if (found === undefined) this.skip();
    url = found;
    const documents = [
      { "@timestamp": "2026-11-20T10:00:00Z", op: "a1", user: { name: "ann" }, took: 5 },
      { "@timestamp": "2026-11-20T11:00:00Z", op: "a1", user: { name: "bob" }, took: 7 },
      { "@timestamp": "2026-11-20T12:00:00Z", op: "b2", user: { name: "cid" }, took: 9 },
    ];
    for (const [i, document] of documents.entries()) await call(url, "PUT", `${INDEX}/_doc/${i}`, document);
    await call(url, "POST", `${INDEX}/_refresh`);
  });
  after(async () => {
    if (url !== undefined) await call(url, "DELETE", INDEX);
  });

  const session = (options: string): FilterSession =>
    new FilterSession(`filter { elasticsearch { hosts => ["${url}"] index => "${INDEX}" ${options} } }`);

  it("copies fields of the newest document that fits, and what is known of it", async () => {
    const filter = session(`query => "op:%{id}" add_tag => ["found"]
      fields => { "[user][name]" => "[started][by]" "@timestamp" => "[started][at]" } docinfo_fields => { "_id" => "from" }`);
    const [one, two] = await filter.send({ id: "a1" }, { id: "nothing" });
    assert.deepEqual(one?.toObject()["started"], { by: "bob", at: "2026-11-20T11:00:00Z" });
    assert.deepEqual([one?.fields["from"], one?.fields["tags"]], ["1", ["found"]]);
    assert.deepEqual([two?.fields["started"], two?.fields["tags"]], [undefined, undefined]);
  });

  it("gives lists of several documents, in the order asked for, below a target", async () => {
    const filter = session(
      'query => "op:%{id}" result_size => 5 sort => "took:asc" fields => { "took" => "times" } target => "history"',
    );
    const [event] = await filter.send({ id: "a1" });
    assert.deepEqual(event?.toObject()["history"], { times: [5, 7] });
  });

  it("runs a template with an aggregation", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-lookup-"));
    try {
      const file = join(folder, "query.json");
      writeFileSync(file, '{"size":0,"query":{"match":{"op":"%{id}"}},"aggs":{"longest":{"max":{"field":"took"}}}}');
      const filter = session(`query_template => "${file}" aggregation_fields => { "longest" => "most" }`);
      const [event] = await filter.send({ id: "a1" });
      assert.deepEqual(event?.toObject()["most"], { value: 7 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("tags events whose search Elasticsearch refuses", async () => {
    const [broken, absent] = await Promise.all([
      session('query => "op:(%{id}"').send({ id: "a1" }),
      new FilterSession(`filter { elasticsearch { hosts => ["${url}"] index => "${INDEX}-none" query => "x" } }`).send(
        "x",
      ),
    ]);
    for (const [event] of [broken, absent]) assert.deepEqual(event?.fields["tags"], ["_elasticsearch_lookup_failure"]);
  });
});

describe("elasticsearch filter, where there is none", function () {
  this.timeout(20_000);
  const servers: Server[] = [];
  let asked = 0;

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    asked = 0;
  });

  async function answering(status: number, body: string): Promise<string> {
    const server = createServer((_request, response) => {
      asked++;
      response.writeHead(status, { "content-type": "text/html", "x-elastic-product": "Elasticsearch" }).end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const filter = (host: string, more = ""): FilterSession =>
    new FilterSession(
      `filter { elasticsearch { hosts => ["${host}"] query => "x" tag_on_failure => ["lost"] ${more} } }`,
    );

  it("tags when nobody answers", async () => {
    const [event] = await filter("http://127.0.0.1:9").send("x");
    assert.deepEqual(event?.fields["tags"], ["lost"]);
  });

  it("tags when it is a page, and when the answer is none to a search", async () => {
    for (const body of ["<html>hello</html>", "{}"]) {
      const [event] = await filter(await answering(200, body)).send("x");
      assert.deepEqual(event?.fields["tags"], ["lost"]);
    }
  });

  it("gives each event a copy of its own, and the number of documents that fit", async () => {
    const url = await answering(200, '{"hits":{"total":{"value":7},"hits":[{"_source":{"user":{"name":"a"}}}]}}');
    const session = new FilterSession(`filter {
      elasticsearch { hosts => ["${url}"] query => "x" fields => { "user" => "user" } }
      if [n] == 1 { mutate { add_field => { "[user][only]" => "one" } } }
      mutate { copy => { "[@metadata][total_hits]" => "total" } }
    }`);
    const events = await session.send({ n: 1 }, { n: 2 });
    assert.equal(asked, 1);
    assert.deepEqual(
      events.map((event) => [event.toObject()["user"], event.fields["total"]]),
      [
        [{ name: "a", only: "one" }, 7],
        [{ name: "a" }, 7],
      ],
    );
  });

  it("tags when a part of the documents could not be searched", async () => {
    const body = '{"_shards":{"failed":1,"failures":[{"reason":{"reason":"broken"}}]},"hits":{"hits":[]}}';
    const [event] = await filter(await answering(200, body)).send("x");
    assert.deepEqual(event?.fields["tags"], ["lost"]);
  });

  it("searches again as often as told, and the same search at the same time once", async () => {
    const url = await answering(503, '{"error":{"reason":"busy"}}');
    const events = await filter(url, "retry_on_failure => 2").send("x", "y", "z");
    assert.deepEqual(
      events.map(({ fields }) => fields["tags"]),
      [["lost"], ["lost"], ["lost"]],
    );
    assert.equal(asked, 3);
  });
});
