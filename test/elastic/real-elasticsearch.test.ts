// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { BulkSender } from "../../src/elastic/bulk-sender.ts";
import type { ApiConnection, BulkOptions } from "../../src/elastic/bulk-types.ts";
import { elasticConnection } from "../../src/elastic/connection.ts";
import type { ConnectionSettings } from "../../src/elastic/connection-settings.ts";
import { call, putDataStreamTemplate, realElasticsearch } from "../support/elasticsearch.ts";
import { bodyOf, operation } from "./sending.ts";

function bound(connection: ApiConnection): ApiConnection {
  return {
    bulk: connection.bulk.bind(connection),
    request: connection.request.bind(connection),
    close: () => connection.close(),
  };
}

const RUN = `antler${process.pid}`;
const STREAM = `logs-${RUN}.bulk-default`;
const TEXTS = ["plain", "Größe: 5 µm", "日本語のログ", "🦌 antler", 'quote " backslash \\ tab \t', "a\u0000b\u2028c"];

describe("bulk into a real Elasticsearch", function () {
  this.timeout(240_000);
  let url: string;
  const closing: (() => Promise<void>)[] = [];
  const said: string[] = [];

  before(async function () {
    const found = await realElasticsearch();
    if (found === undefined) this.skip();
    url = found;
    await putDataStreamTemplate(url, `logs-${RUN}.*-*`, { properties: { status: { type: "integer" } } });
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    said.length = 0;
  });

  async function sender(options: Partial<BulkOptions> = {}, settings: Partial<ConnectionSettings> = {}) {
    const made = new BulkSender(
      { ownIds: true, requireDataStream: true, backoffMs: 50, ...options },
      {
        connection: await elasticConnection({ hosts: [url], ...settings }),
        clock: { now: () => performance.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
        random: Math.random,
        log: { info: (message) => said.push(message), warn: (message) => said.push(message) },
      },
    );
    closing.push(() => made.close());
    return made;
  }

  function events(first: number, count: number, more: object = {}) {
    return bodyOf(
      Array.from({ length: count }, (_none, k) => {
        const i = first + k;
        const source = { "@timestamp": "2026-01-02T03:04:05.678Z", message: TEXTS[i % TEXTS.length], n: i, ...more };
        return operation("create", `${RUN}-${i}`, source, STREAM);
      }),
    );
  }

  async function sources(): Promise<Map<string, Record<string, unknown>>> {
    await call(url, "POST", `${STREAM}/_refresh`);
    const { hits } = (await call(url, "GET", `${STREAM}/_search?size=10000`)) as {
      hits: { hits: { _id: string; _source: Record<string, unknown> }[] };
    };
    return new Map(hits.hits.map(({ _id, _source }) => [_id, _source]));
  }

  it("creates under our ids, once, with every character intact, plain and compressed", async () => {
    for (const [round, compressionLevel] of [0, 1].entries()) {
      const made = await sender({ maxBytes: 20_000 }, { compressionLevel });
      assert.equal((await made.send(events(round * 310, 300))).delivered, 300);
      const again = await made.send(events(round * 310, 310));
      assert.deepEqual([again.delivered, again.existing, again.rejected], [10, 300, []]);
    }
    assert.deepEqual(said, []);
    const there = await sources();
    assert.equal(there.size, 620);
    for (const [id, { message }] of there) assert.equal(message, TEXTS[Number(id.split("-")[1]) % TEXTS.length]);
  });

  it("a document that the mapping refuses is rejected with Elasticsearch's reason", async () => {
    const made = await sender();
    const good = operation("create", `${RUN}-ok`, { "@timestamp": "2026-01-02T03:04:05Z", status: 200 }, STREAM);
    const bad = operation("create", `${RUN}-no`, { "@timestamp": "2026-01-02T03:04:05Z", status: "fine" }, STREAM);
    const outcome = await made.send(bodyOf([good, bad]));
    assert.equal(outcome.delivered, 1);
    assert.equal(outcome.rejected.length, 1);
    const [{ index, code, reason } = assert.fail()] = outcome.rejected;
    assert.deepEqual([index, code], [1, "document_parsing_exception"]);
    assert.match(reason, /failed to parse field \[status\] of type \[integer\].*: For input string: "fine"/s);
  });

  for (const [what, name, prepare] of [
    ["no template", `nothing-${RUN}`, async () => undefined],
    ["an ordinary index in the stream's place", `index-${RUN}`, (at: string) => call(url, "PUT", at)],
  ] as const) {
    it(`${what}: held until it is put right`, async () => {
      await prepare(name);
      const made = await sender();
      const line = operation("create", "x", { "@timestamp": "2026-01-02T03:04:05Z" }, name);
      const stop = new AbortController();
      const sent = made.send(bodyOf([line]), stop.signal);
      while (said.length === 0) await sleep(20);
      assert.match(said[0] as string, /takes no documents there: (index|resource)_not_found_exception.*data stream/);
      stop.abort(new Error("enough"));
      await assert.rejects(sent, /enough/);
    });
  }

  it("a template that comes late lets the events through", async () => {
    const made = await sender();
    const name = `logs-${RUN}late-default`;
    const sent = made.send(bodyOf([operation("create", "x", { "@timestamp": "2026-01-02T03:04:05Z" }, name)]));
    while (said.length === 0) await sleep(20);
    await putDataStreamTemplate(url, `logs-${RUN}late-*`);
    assert.equal((await sent).delivered, 1);
    assert.equal(said.length, 2);
  });

  it("updates, deletes and the user's own ids in an ordinary index", async () => {
    const made = await sender({ ownIds: false, requireDataStream: false });
    const index = `plain-${RUN}`;
    const outcome = await made.send(
      bodyOf([
        operation("index", "a", { n: 1 }, index),
        operation("create", "a", { n: 2 }, index),
        operation("update", "a", { doc: { n: 3 } }, index),
        operation("delete", "none", undefined, index),
        operation("update", "none", { doc: { n: 3 } }, index),
      ]),
    );
    assert.deepEqual([outcome.delivered, outcome.conflicts, outcome.rejected.length], [3, 1, 1]);
    assert.equal(outcome.rejected[0]?.code, "document_missing_exception");
  });

  describe("ids in doubt, and rollovers", () => {
    const name = `logs-${RUN}.rollover-default`;
    const ids = (from: number, to: number) =>
      bodyOf(
        Array.from({ length: to - from }, (_none, i) =>
          operation("create", `${RUN}-${from + i}`, { "@timestamp": "2026-01-02T03:04:05Z", n: from + i }, name),
        ),
      );
    const count = async () => {
      await call(url, "POST", `${name}/_refresh`);
      return (await call(url, "GET", `${name}/_count`))["count"];
    };

    it("after a restart: what older indices have is not created again", async () => {
      await (await sender()).send(ids(0, 50));
      await call(url, "POST", `${name}/_rollover`);
      await (await sender()).send(ids(50, 60));
      await call(url, "POST", `${name}/_rollover`);
      const again = await (await sender()).send(ids(0, 100));
      assert.deepEqual([again.delivered, again.existing, again.rejected], [40, 60, []]);
      assert.equal(await count(), 100);
    });

    it("a cut answer, and a rollover before it is sent again", async () => {
      const connection = await elasticConnection({ hosts: [url] });
      let cuts = 0;
      const made = new BulkSender(
        { ownIds: true, requireDataStream: true, backoffMs: 50, doubtMs: 0 },
        {
          connection: {
            ...bound(connection),
            bulk: async (...given) => {
              const answer = await connection.bulk(...given);
              if (cuts++ > 0) return answer;
              await call(url, "POST", `${name}/_rollover`);
              return { ...answer, body: answer.body.subarray(0, answer.body.length / 2) };
            },
          },
          clock: { now: () => performance.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
          random: Math.random,
          log: { info: () => undefined, warn: () => undefined },
        },
      );
      closing.push(() => made.close());
      const { delivered, existing } = await made.send(ids(100, 150));
      assert.deepEqual([delivered, existing], [0, 50]);
      assert.equal(await count(), 150);
    });

    it("an alias: indices that it no longer writes to are looked into", async () => {
      const alias = `alias-${RUN}`;
      for (const [index, writes] of [
        [`${alias}-1`, false],
        [`${alias}-2`, true],
      ] as const) {
        await call(url, "PUT", index, { aliases: { [alias]: { is_write_index: writes } } });
      }
      await call(url, "PUT", `${alias}-1/_doc/x1`, { n: 1 });
      const made = await sender({ requireDataStream: false });
      const body = bodyOf(["x1", "x2"].map((id) => operation("create", id, { n: 1 }, alias)));
      const { delivered, existing } = await made.send(body);
      assert.deepEqual([delivered, existing], [1, 1]);
    });

    it("a closed index and a read-only one are held, said once, and taken when they are open again", async () => {
      for (const [what, close, open] of [
        ["index_closed_exception", "_close", "_open"],
        ["cluster_block_exception", "_block/write", undefined],
      ] as const) {
        const index = `held-${RUN}-${what.slice(0, 5).replace("_", "")}`;
        await call(url, "PUT", index);
        await call(url, close.startsWith("_block") ? "PUT" : "POST", `${index}/${close}`);
        said.length = 0;
        const made = await sender({ requireDataStream: false });
        const sent = made.send(bodyOf([operation("create", "x", { n: 1 }, index)]));
        while (said.length === 0) await sleep(20);
        assert.match(said[0] as string, new RegExp(what));
        if (open === undefined) await call(url, "PUT", `${index}/_settings`, { "index.blocks.write": false });
        else await call(url, "POST", `${index}/${open}`);
        assert.equal((await sent).delivered, 1);
        assert.equal(said.length, 2, said.join("\n"));
      }
    });
  });

  it("a request that is no bulk request is the destination's fault, with its reason", async () => {
    const made = await sender();
    const stop = new AbortController();
    const sent = made.send(bodyOf([operation("upsert", "x", {}, STREAM)]), stop.signal);
    while (said.length === 0) await sleep(20);
    assert.match(said[0] as string, /refuses requests with status 400: illegal_argument_exception: Malformed action/);
    stop.abort(new Error("enough"));
    await assert.rejects(sent, /enough/);
  });
});
