import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { imbalance, type LedgerSnapshot } from "../../src/telemetry/ledger.ts";
import { AntlerProcess } from "../support/antler-process.ts";
import { call, ELASTICSEARCH_HINT } from "../support/elasticsearch.ts";
import { OwnElasticsearch } from "../support/own-elasticsearch.ts";
import { countIds } from "../support/stream-ids.ts";
import { deadLetters, deadLettersReached, writeLines } from "./chaos-lines.ts";

const LONG = process.env["ANTLER_TEST_LONG"] !== undefined;
const LINES = Number(process.env["ANTLER_CHAOS_LINES"] ?? (LONG ? 1_000_000 : 30_000));
const SERVER_KILLS = LONG ? 3 : 1;
const PIPELINE_KILLS = LONG ? 5 : 2;
const STREAM = "logs-serverchaos-default";

/** So small that every burst meets 429. */
const TINY_QUEUES = ["thread_pool.write.size=1", "thread_pool.write.queue_size=1"];

describe("kill -9 of Elasticsearch and the pipeline, full queues, documents that do not fit", function () {
  this.timeout((LONG ? 60 : 8) * 60_000);
  let server: OwnElasticsearch | undefined;
  let pipeline: AntlerProcess | undefined;
  let folder: string;

  before(async function () {
    server = await OwnElasticsearch.start(TINY_QUEUES);
    if (server === undefined) {
      console.warn(`      ${ELASTICSEARCH_HINT}`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "antler-server-chaos-"));
  });

  after(async () => {
    await pipeline?.kill();
    await server?.remove();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it(`documents are the good lines, none twice; dead letters the bad ones; the ledger balances (${LINES} lines)`, async () => {
    const { url } = server as OwnElasticsearch;
    await call(url, "PUT", "_index_template/serverchaos", {
      index_patterns: [STREAM],
      data_stream: {},
      priority: 600,
      template: {
        settings: { number_of_replicas: 0 },
        mappings: {
          dynamic: false,
          properties: {
            "@timestamp": { type: "date" },
            event: { properties: { id: { type: "keyword" } } },
            n: { type: "long" },
          },
        },
      },
    });
    const { good, bad, log } = writeLines(folder, LINES);
    const conf = join(folder, "chaos.conf");
    writeFileSync(
      conf,
      `input { file { path => "${log}" start_position => "beginning" } }
filter { grok { match => { "message" => "^%{NOTSPACE:[event][id]} n=%{NOTSPACE:n} " } } }
output { elasticsearch { hosts => ["${url}"] data_stream => true data_stream_dataset => "serverchaos" } }
`,
    );
    const data = join(folder, "data");
    pipeline = new AntlerProcess(["pipeline", "-f", conf, "--path.data", data, "-b", "1000"]);
    pipeline.start();

    // Deaths at even steps of what has arrived, so that each one meets work on its way.
    const deaths = [...Array(SERVER_KILLS).fill("server"), ...Array(PIPELINE_KILLS).fill("pipeline")] as string[];
    const order = deaths.map((one, i) => ({ one, at: (i * 7) % deaths.length })).sort((a, b) => a.at - b.at);
    for (const [i, { one }] of order.entries()) {
      await reached(url, Math.floor((good.size * (i + 0.5)) / (deaths.length + 1)));
      if (one === "server") {
        await server?.kill();
        await sleep(1500);
        await server?.restart();
      } else {
        await pipeline.kill();
        pipeline.start();
      }
    }
    await reached(url, good.size);
    await deadLettersReached(data, bad.size);
    const ending = await pipeline.end();
    const ledger = ending.log.find(({ msg }) => msg === "pipeline has ended") as unknown as LedgerSnapshot;

    const documents = await countIds(url, STREAM);
    const dead = await deadLetters(data);
    assert.deepEqual(
      {
        missing: [...good].filter((id) => !documents.has(id)).slice(0, 5),
        twice: [...documents].filter(([, count]) => count > 1).slice(0, 5),
        foreign: [...documents.keys()].filter((id) => !good.has(id)).slice(0, 5),
        undead: [...bad].filter((id) => !dead.has(id)).slice(0, 5),
        dead: dead.size,
      },
      { missing: [], twice: [], foreign: [], undead: [], dead: bad.size },
    );
    assert.equal(imbalance(ledger), 0);
    assert.deepEqual(
      [ledger.totals.read, ledger.totals.deadLettered, ledger.totals.delivered],
      [good.size + bad.size, bad.size, good.size],
    );
    const out = ledger.outputs["elasticsearch#1"];
    assert.equal((out?.delivered ?? 0) + (out?.existing ?? 0), good.size);
    process.stderr.write(
      `      ${documents.size} documents, ${dead.size} dead letters; ${SERVER_KILLS} + ${PIPELINE_KILLS} kills; ${JSON.stringify(ledger.outputs)}\n`,
    );
  });
});

/** Waits until so many documents are there; a server that is away is asked again. */
async function reached(url: string, wanted: number): Promise<void> {
  let best = -1;
  for (let still = 0; still < 120; still++) {
    let count = 0;
    try {
      await call(url, "POST", `${STREAM}/_refresh`);
      ({ count } = (await call(url, "GET", `${STREAM}/_count`)) as { count: number });
    } catch {
      // Not there yet, or not yet again.
    }
    if (count >= wanted) return;
    if (count > best) still = 0;
    best = Math.max(best, count);
    await sleep(LONG ? 500 : 200);
  }
  throw new Error(`${best} of ${wanted} documents arrived, and no more`);
}
