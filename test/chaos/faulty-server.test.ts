import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { imbalance, type LedgerSnapshot } from "../../src/telemetry/ledger.ts";
import { AntlerProcess } from "../support/antler-process.ts";
import { ElasticsearchModel, seeded } from "../support/elasticsearch-model.ts";
import { type ModelServer, serveModel } from "../support/elasticsearch-model-server.ts";
import { deadLetters, deadLettersReached, writeLines } from "./chaos-lines.ts";

const LONG = process.env["ANTLER_TEST_LONG"] !== undefined;
const LINES = Number(process.env["ANTLER_CHAOS_LINES"] ?? (LONG ? 1_000_000 : 10_000));
const SEED = Number(process.env["ANTLER_CHAOS_SEED"] ?? Date.now() % 1_000_000);
const PIPELINE_KILLS = LONG ? 5 : 2;
const SERVER_DEATHS = LONG ? 3 : 1;
const STREAM = "logs-faulty-default";

describe("a server with every fault, at random, and a pipeline that is killed", function () {
  this.timeout((LONG ? 60 : 5) * 60_000);
  let folder: string;
  let server: ModelServer | undefined;
  let pipeline: AntlerProcess | undefined;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-faulty-"));
  });

  after(async () => {
    await pipeline?.kill();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it(`documents are the good lines, dead letters the bad ones, the ledger balances (${LINES} lines, seed ${SEED})`, async () => {
    const random = seeded(SEED);
    const model = new ElasticsearchModel({
      seed: SEED,
      dataStreams: [STREAM],
      refuses: ({ n }) => (Number.isNaN(Number(n)) ? "failed to parse field [n] of type [long]" : undefined),
      // Larger ones get 413; at random it would also meet single documents, which are dead letters then.
      maxRequestBytes: 60_000,
      faults: {
        "reset before": 0.02,
        "reset after": 0.02,
        late: 0.01,
        never: 0.01,
        twice: 0.02,
        "status 429": 0.03,
        "status 502": 0.02,
        "status 503": 0.02,
        "status 401": 0.01,
        garbage: 0.02,
        foreign: 0.02,
        short: 0.02,
        long: 0.01,
        "item 429": 0.002,
        "item 503": 0.001,
        "item 500": 0.001,
        "item 403": 0.0005,
        "item cluster_block": 0.001,
      },
      // What takes a minute elsewhere takes a second here.
      sleep: (milliseconds) => sleep(milliseconds / 50),
    });
    server = await serveModel(model);
    const { port, url } = server;
    const { good, bad, log } = writeLines(folder, LINES);
    const conf = join(folder, "faulty.conf");
    writeFileSync(
      conf,
      `input { file { path => "${log}" start_position => "beginning" } }
filter { grok { match => { "message" => "^%{NOTSPACE:[event][id]} n=%{NOTSPACE:n} " } } }
output { elasticsearch { hosts => ["${url}"] data_stream => true data_stream_dataset => "faulty" timeout => 2 } }
`,
    );
    const data = join(folder, "data");
    pipeline = new AntlerProcess(["pipeline", "-f", conf, "--path.data", data, "-b", "250"]);
    pipeline.start();
    const documents = (): ReadonlyMap<string, Record<string, unknown>> => model.documents.of(STREAM);

    const deaths = PIPELINE_KILLS + SERVER_DEATHS;
    for (let i = 0; i < deaths; i++) {
      await reached(documents, Math.floor((good.size * (i + random())) / (deaths + 1)));
      if (i % 3 === 1) {
        await server.close();
        await sleep(500 + 1000 * random());
        server = await serveModel(model, undefined, port);
      } else {
        await pipeline.kill();
        pipeline.start();
      }
    }
    await reached(documents, good.size);
    await deadLettersReached(data, bad.size);
    const { log: said } = await pipeline.end();
    const ledger = said.find(({ msg }) => msg === "pipeline has ended") as unknown as LedgerSnapshot;

    // Documents are kept by `_id`, so one that is there twice has two.
    const ids = [...documents().values()].map(({ event }) => (event as { id: string }).id);
    const dead = await deadLetters(data);
    assert.deepEqual(
      {
        documents: ids.length,
        good: new Set(ids.filter((id) => good.has(id))).size,
        dead: [...bad].filter((id) => dead.has(id)).length,
        foreign: [...dead].filter((id) => !bad.has(id)),
      },
      { documents: good.size, good: good.size, dead: bad.size, foreign: [] },
    );
    assert.equal(imbalance(ledger), 0);
    assert.deepEqual(
      [ledger.totals.read, ledger.totals.deadLettered, ledger.totals.delivered],
      [good.size + bad.size, bad.size, good.size],
    );
    process.stderr.write(`      ${model.requests} requests for ${LINES} lines; ${JSON.stringify(ledger.outputs)}\n`);
  });
});

async function reached(documents: () => ReadonlyMap<string, unknown>, wanted: number): Promise<void> {
  let best = -1;
  for (let still = 0; still < 400; still++) {
    const { size } = documents();
    if (size >= wanted) return;
    if (size > best) still = 0;
    best = Math.max(best, size);
    await sleep(200);
  }
  throw new Error(`${best} of ${wanted} documents arrived, and no more`);
}
