import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { globSync } from "tinyglobby";
import { SHIPPED_PIPELINES } from "../../src/cli/pipeline-folder.ts";
import { call, realElasticsearch } from "../support/elasticsearch.ts";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "bin", "antler.js");

const DATE_FIELDS = ["*.timestamp", "*_timestamp", "created", "*.created", "*.ctime", "*.mtime", "*.start", "*.end"];

/** What a server's own `logs` template does for these documents; the one for tests comes without it. */
const LOGS_TEMPLATE = {
  // Not all of logs-*: other tests use the same server and count on having no template.
  index_patterns: ["nginx", "apache", "system", "auditd", "dpkg", "apt", "application"]
    .map((name) => `logs-${name}.*-*`)
    .concat("logs-generic-*"),
  data_stream: {},
  priority: 100,
  template: {
    settings: { number_of_replicas: 0, "index.mapping.ignore_malformed": true },
    mappings: {
      date_detection: false,
      dynamic_templates: [
        { ips: { path_match: ["ip", "*.ip", "*_ip"], match_mapping_type: "string", mapping: { type: "ip" } } },
        { places: { path_match: ["*.geo.location"], mapping: { type: "geo_point" } } },
        { texts: { path_match: ["message", "*.message"], unmatch_mapping_type: "object", mapping: { type: "text" } } },
        { dates: { path_match: DATE_FIELDS, unmatch_mapping_type: "object", mapping: { type: "date" } } },
        { strings: { match_mapping_type: "string", mapping: { type: "keyword", ignore_above: 1024 } } },
      ],
    },
  },
};

const NGINX = [
  '203.0.113.7 - alice [23/Nov/2026:10:15:30 +0100] "GET /shop/items.html?id=7 HTTP/1.1" 200 5123 "https://shop.example.com/" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"',
  '2001:db8::17 - - [23/Nov/2026:10:15:31 +0100] "POST /api/orders HTTP/2.0" 503 312 "-" "curl/8.5.0"',
];
const AUTH = [
  "2026-11-23T09:15:32.000000+00:00 web1 sshd[811]: Failed password for invalid user admin from 198.51.100.23 port 40022 ssh2",
  "2026-11-23T09:15:33.250000+00:00 web1 sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/apt update",
];
const SYSLOG = [
  "2026-11-23T09:15:34+00:00 web1 systemd[1]: Started session-4.scope - Session 4 of User alice.",
  '{"@timestamp":"2026-11-23T09:15:36Z","level":"error","msg":"payment failed","user":"bob","host":"web7"}',
];
const OTHER = ["one line that is nothing in particular"];

interface Hit {
  readonly _index: string;
  readonly _source: Record<string, unknown>;
}

describe("antler ship to antler pipeline --path.settings pipelines to Elasticsearch", function () {
  this.timeout(240_000);
  let url: string;
  let folder: string;
  const running: ChildProcess[] = [];

  before(async function () {
    const found = await realElasticsearch();
    if (found === undefined) this.skip();
    url = found;
    await call(url, "GET", "_index_template/logs").catch(() =>
      call(url, "PUT", "_index_template/antler-pipelines-test", LOGS_TEMPLATE),
    );
    folder = mkdtempSync(join(tmpdir(), "antler-beats-"));
  });
  after(async () => {
    for (const child of running) child.kill("SIGKILL");
    if (folder === undefined) return;
    rmSync(folder, { recursive: true, force: true });
    await call(url, "POST", "logs-*/_delete_by_query?refresh=true&conflicts=proceed", { query: own() });
  });

  /** What was read below the test's own folder. */
  const own = (): object => ({ prefix: { "log.file.path": folder } });

  /** Starts the command; resolves with the text that `until` matched on standard error. */
  async function start(args: readonly string[], env: Record<string, string>, until: RegExp): Promise<RegExpExecArray> {
    const child = spawn(BINARY, args, { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
    running.push(child);
    let said = "";
    for await (const chunk of child.stderr.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
      said += chunk as string;
      const match = until.exec(said);
      if (match === null) continue;
      child.stderr.resume();
      return match;
    }
    throw new Error(`antler ended: ${said}`);
  }

  /** Stops the command; what it said last: its ledger. */
  async function stop(child: ChildProcess): Promise<string> {
    let said = "";
    child.stderr?.on("data", (chunk: string) => {
      said += chunk;
    });
    child.kill("SIGTERM");
    const [code] = (await once(child, "close")) as [number | null];
    assert.equal(code, 0);
    return said.trimEnd().split("\n").at(-1) as string;
  }

  /** The documents of a folder, when there are so many, or none have come for a while. */
  async function hits(of: string, count: number): Promise<Hit[]> {
    for (let idle = 0, before = -1; ; idle++) {
      await call(url, "POST", "logs-*/_refresh");
      const query = { prefix: { "log.file.path": join(folder, of) } };
      const answer = await call(url, "POST", "logs-*/_search", { query, size: 5000 });
      const { hits } = answer["hits"] as { hits: Hit[] };
      if (hits.length >= count || (hits.length > 0 && idle > 50)) return hits;
      if (hits.length !== before) idle = 0;
      before = hits.length;
      await sleep(200);
    }
  }

  /** The datasets' own sample lines, all kinds of broken ones among them; those that are not blank. */
  function copySamples(): string[] {
    const to = join(folder, "samples");
    mkdirSync(to);
    const logs = globSync(["*/test/*.log"], { cwd: SHIPPED_PIPELINES });
    return logs.flatMap((log) => {
      const text = readFileSync(join(SHIPPED_PIPELINES, log), "utf8");
      writeFileSync(join(to, log.replaceAll("/", "-")), text);
      return text.split("\n").filter((line) => line.trim() !== "");
    });
  }

  it("documents land in their data streams, with their fields", async () => {
    mkdirSync(join(folder, "own", "nginx"), { recursive: true });
    const samples = copySamples();
    const files = { "nginx/access.log": NGINX, "auth.log": AUTH, syslog: SYSLOG, "app.out": OTHER };
    const paths = Object.entries(files).map(([name, lines]) => {
      const path = join(folder, "own", name);
      writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
      return path;
    });
    const [, port] = await start(
      ["pipeline", "--path.settings", SHIPPED_PIPELINES, "--path.data", join(folder, "pipeline")],
      { ANTLER_ELASTICSEARCH: url, ANTLER_BEATS_PORT: "0", ANTLER_ELASTICSEARCH_API_KEY: "" },
      /listening on 127\.0\.0\.1:(\d+)[\s\S]*pipeline is ready/,
    );
    const yml = join(folder, "shipper.yml");
    writeFileSync(
      yml,
      `filebeat.inputs:\n  - type: filestream\n    id: logs\n    paths: ${JSON.stringify([...paths, join(folder, "samples", "*.log")])}\noutput.logstash:\n  hosts: ["127.0.0.1:${port}"]\n`,
    );
    await start(["ship", "-c", yml, "--path.data", join(folder, "ship")], {}, /shipper is ready/);

    const found = await hits("own", 8);
    const sampled = await hits("samples", samples.length);
    assert.deepEqual(sampled.map(lineOf).sort(), samples.sort(), "every sample");
    const [pipeline, ship] = running.splice(0) as [ChildProcess, ChildProcess];
    await stop(ship);
    const { totals } = JSON.parse(await stop(pipeline)) as { totals: Record<string, number> };
    assert.equal(totals["deadLettered"], 0, "no mapping rejects a document");
    assert.deepEqual(found.map(lineOf).sort(), [...NGINX, ...AUTH, ...SYSLOG, ...OTHER].sort(), "every line once");

    const of = (start: string): Hit => found.find((hit) => lineOf(hit).startsWith(start)) as Hit;
    const expected: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
      [
        "203.0.113.7",
        "nginx.access",
        {
          "@timestamp": "2026-11-23T09:15:30.000Z",
          "source.ip": "203.0.113.7",
          "user.name": "alice",
          "url.path": "/shop/items.html",
          "http.response.status_code": 200,
          "http.response.body.bytes": 5123,
          "user_agent.name": "Firefox",
          "event.outcome": "success",
          message: undefined,
          "@version": undefined,
          tags: undefined,
        },
      ],
      ["2001:db8", "nginx.access", { "source.ip": "2001:db8::17", "event.outcome": "failure" }],
      [
        AUTH[0] as string,
        "system.auth",
        { "source.ip": "198.51.100.23", "user.name": "admin", "event.outcome": "failure", "process.name": "sshd" },
      ],
      [AUTH[1] as string, "system.auth", { "process.name": "sudo", "labels.log_kind": "audit" }],
      [SYSLOG[0] as string, "system.syslog", { "process.name": "systemd", "process.pid": 1, "host.hostname": "web1" }],
      [
        SYSLOG[1] as string,
        "application.json",
        {
          "@timestamp": "2026-11-23T09:15:36.000Z",
          "log.level": "error",
          message: "payment failed",
          "user.name": "bob",
        },
      ],
      [OTHER[0] as string, "generic", { message: OTHER[0] }],
    ];
    for (const [start, dataset, fields] of expected) {
      const { _index, _source } = of(start);
      assert.match(_index, new RegExp(`^\\.ds-logs-${dataset.replace(".", "\\.")}-default-`));
      const has = Object.fromEntries(Object.keys(fields).map((name) => [name, field(_source, name)]));
      assert.deepEqual(
        { ...has, "event.dataset": field(_source, "event.dataset") },
        { ...fields, "event.dataset": dataset },
      );
      assert.equal(typeof field(_source, "host.name"), "string");
    }
  });
});

function lineOf({ _source }: Hit): string {
  return String(field(_source, "event.original"));
}

function field(source: unknown, name: string): unknown {
  return name
    .split(".")
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], source);
}
