import assert from "node:assert/strict";
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { imbalance, type LedgerSnapshot } from "../../src/telemetry/ledger.ts";
import { realElasticsearch } from "../support/elasticsearch.ts";
import { freePort } from "../support/free-port.ts";
import { seeded } from "../support/seeded.ts";
import { countIds } from "../support/stream-ids.ts";

const LINES = Number(process.env["ANTLER_CHAOS_LINES"] ?? 200_000);
const SEED = Number(process.env["ANTLER_CHAOS_SEED"] ?? Date.now() % 1_000_000);
/** Every other seed with a persistent queue. */
const QUEUED = SEED % 2 === 0 ? "queued" : "";
const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Shipper and pipeline as processes that can be killed and come again. */
class Victim {
  #child: ChildProcess | undefined;
  readonly #start: () => ChildProcess;
  kills = 0;

  constructor(start: () => ChildProcess) {
    this.#start = start;
  }

  start(): ChildProcess {
    this.#child = this.#start();
    return this.#child;
  }

  get child(): ChildProcess {
    return this.#child as ChildProcess;
  }

  async kill(): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exited;
    this.kills++;
  }

  async end(): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await exited;
  }
}

describe("kill -9 of shipper and pipeline, and ending workers, on a real Elasticsearch", function () {
  this.timeout(15 * 60_000);
  let url: string | undefined;
  let folder: string;

  before(async function () {
    url = await realElasticsearch();
    if (url === undefined) this.skip();
    folder = mkdtempSync(join(tmpdir(), "antler-chaos-"));
  });

  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it(`documents are the events written, none twice, and the ledgers balance (${LINES} lines, seed ${SEED}${QUEUED === "" ? "" : ", with a persistent queue"})`, async () => {
    const stream = `logs-chaos${SEED}.${process.pid}-default`;
    await request(`${url}/_index_template/antler-chaos-test`, "PUT", {
      index_patterns: ["logs-chaos*"],
      data_stream: {},
      priority: 600,
      template: {
        settings: { number_of_replicas: 0 },
        mappings: {
          dynamic: false,
          properties: { "@timestamp": { type: "date" }, event: { properties: { id: { type: "keyword" } } } },
        },
      },
    });
    const logs = join(folder, "logs");
    mkdirSync(logs);
    const port = await freePort();
    const conf = join(folder, "chaos.conf");
    writeFileSync(
      conf,
      `input { beats { host => "127.0.0.1" port => ${port} } }
filter { grok { match => { "message" => "^%{WORD:kind} %{NOTSPACE:[event][id]} " } } }
output { elasticsearch { hosts => ["${url}"] data_stream => true data_stream_dataset => "${stream.slice(5, -8)}" } }
`,
    );
    const yaml = join(folder, "shipper.yml");
    writeFileSync(
      yaml,
      `filebeat.inputs:
  - { type: filestream, id: lines, paths: ["${logs}/*.log", "${logs}/*.log.1"], prospector.scanner.check_interval: 1s }
  - type: filestream
    id: traces
    paths: ["${logs}/*.trace"]
    parsers: [{ multiline: { type: pattern, pattern: '^\\s', negate: false, match: after, timeout: 1s } }]
output.logstash: { hosts: ["127.0.0.1:${port}"], compression_level: 1, backoff.init: 100ms, backoff.max: 1s }
`,
    );
    const pipeline = new Victim(() =>
      fork(join(import.meta.dirname, "pipeline-process.js"), [conf, join(folder, "pipeline"), String(SEED), QUEUED], {
        stdio: ["ignore", "ignore", "ignore", "ipc"],
      }),
    );
    const shipper = new Victim(() =>
      spawn(
        process.execPath,
        [join(ROOT, "bin", "antler.js"), "ship", "-c", yaml, "--path.data", join(folder, "ship")],
        { stdio: "ignore" },
      ),
    );
    pipeline.start();
    shipper.start();

    const random = seeded(SEED);
    let writing = true;
    const chaos = (async () => {
      while (writing) {
        await sleep(800 + random() * 1500);
        const victim = random() < 0.5 ? shipper : pipeline;
        await victim.kill();
        await sleep(random() * 400);
        victim.start();
      }
    })();
    const written = await write(logs, random);
    writing = false;
    await chaos;
    pipeline.child.send("calm");

    const documents = await drained(`${url}`, stream, written.size);
    const ledgers: LedgerSnapshot[] = [];
    pipeline.child.on("message", (message: { ledger?: LedgerSnapshot }) => {
      if (message.ledger !== undefined) ledgers.push(message.ledger);
    });
    await shipper.end();
    await pipeline.end();
    const registry = JSON.parse(
      readFileSync(join(folder, "ship", "ship", "shipper", "registry", "registry.json"), "utf8"),
    ) as { body: { extra: LedgerSnapshot } };

    const missing = [...written].filter((id) => !documents.has(id));
    const twice = [...documents].filter(([, count]) => count > 1).map(([id]) => id);
    const foreign = [...documents.keys()].filter((id) => !written.has(id));
    assert.deepEqual(
      { missing: missing.slice(0, 5), twice: twice.slice(0, 5), foreign: foreign.slice(0, 5) },
      { missing: [], twice: [], foreign: [] },
    );
    assert.ok(shipper.kills > 0 && pipeline.kills > 0, "both were killed at least once");
    assert.equal(ledgers.length, 1, "the pipeline told its ledger at its end");
    assert.equal(imbalance(ledgers[0] as LedgerSnapshot), 0);
    assert.equal(imbalance(registry.body.extra), 0);
    assert.equal(registry.body.extra.totals.read, written.size);
    process.stderr.write(
      `      ${written.size} events, ${documents.size} documents; shipper killed ${shipper.kills} times, pipeline ${pipeline.kills}; ledger ${JSON.stringify(ledgers[0])}\n`,
    );
  });
});

/** Appends the lines, with a rename rotation, a copytruncate and a file of stack traces among them; the ids of the events. */
async function write(logs: string, random: () => number): Promise<Set<string>> {
  const ids = new Set<string>();
  const [app, copied, traces] = [join(logs, "app.log"), join(logs, "copied.log"), join(logs, "app.trace")];
  let line = 0;
  const next = (kind: string): string => {
    const id = `${kind}-${ids.size}`;
    ids.add(id);
    line++;
    return `${kind} ${id} ${"payload ".repeat(Math.floor(random() * 12))}ü end`;
  };
  let rotated = false;
  let truncated = false;
  while (line < LINES) {
    const batch = 200 + Math.floor(random() * 800);
    const which = random();
    if (which < 0.45) appendFileSync(app, `${Array.from({ length: batch }, () => next("app")).join("\n")}\n`);
    else if (which < 0.9) appendFileSync(copied, `${Array.from({ length: batch }, () => next("copied")).join("\n")}\n`);
    else
      appendFileSync(
        traces,
        `${Array.from({ length: 100 }, () => `${next("trace")}\n  at one (a.js:1)\n  at two (b.js:2)`).join("\n")}\n`,
      );
    // The whole takes about half a minute, so that there is time for a dozen deaths.
    await sleep((30_000 * batch) / LINES);
    if (!rotated && line > LINES * 0.4) {
      renameSync(app, `${app}.1`);
      rotated = true;
    }
    if (!truncated && line > LINES * 0.6) {
      copyFileSync(copied, `${copied}.1`);
      truncateSync(copied, 0);
      truncated = true;
    }
  }
  return ids;
}

/** Waits until the stream has as many documents as there are events, or nothing moves; how often each id is there. */
async function drained(url: string, stream: string, wanted: number): Promise<Map<string, number>> {
  let last = -1;
  for (let still = 0; still < 30; still++) {
    await request(`${url}/${stream}/_refresh`, "POST");
    const { count } = (await request(`${url}/${stream}/_count`, "GET")) as { count: number };
    if (count > last) still = 0;
    last = count;
    if (count >= wanted) break;
    await sleep(1000);
  }
  // A little longer: what came twice would come now.
  await sleep(3000);
  return countIds(url, stream);
}

async function request(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok && response.status !== 404)
    throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.status === 404 ? { count: 0, hits: { hits: [] } } : response.json();
}
