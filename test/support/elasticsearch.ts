import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";

const run = promisify(execFile);
const SCRIPT: string = join("scripts", "elasticsearch.sh");

/** What to do when there is no server; the tests print it where they skip. */
export const ELASTICSEARCH_HINT: string =
  "no Elasticsearch for the tests: run scripts/elasticsearch.sh install, or set ANTLER_ELASTICSEARCH_DIR to an unpacked server 8, " +
  "or ANTLER_TEST_ELASTICSEARCH to the URL of a server that may be written to";

/** Where an unpacked server is looked for. */
export function elasticsearchHome(): string {
  return process.env["ANTLER_ELASTICSEARCH_DIR"] ?? join(".cache", "elasticsearch");
}

let started: Promise<string | undefined> | undefined;
let folder: string | undefined;

/**
 * The URL of a real server, the same one for the whole mocha run: that of ANTLER_TEST_ELASTICSEARCH, or one started here (10 to 20 s, so
 * give the hook time) and stopped at the end. Undefined when there is none; that is said once. Use names of your own in it.
 */
export function realElasticsearch(): Promise<string | undefined> {
  started ??= find();
  return started;
}

async function find(): Promise<string | undefined> {
  const given = process.env["ANTLER_TEST_ELASTICSEARCH"];
  if (given !== undefined && given !== "") return given.replace(/\/+$/, "");
  if (!existsSync(join(elasticsearchHome(), "modules"))) {
    console.warn(`      ${ELASTICSEARCH_HINT}`);
    return undefined;
  }
  const port = await freePort();
  folder = await mkdtemp(join(tmpdir(), "antler-elasticsearch-"));
  await run(SCRIPT, ["start", String(port), folder]);
  process.once("exit", stopNow);
  return `http://127.0.0.1:${port}`;
}

function stopNow(): void {
  if (folder !== undefined) spawnSync(SCRIPT, ["stop", folder]);
}

/** JSON of one call; rejects with the answer's text for a status of 400 and above. */
export async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** A template by which names that match become data streams. */
export async function putDataStreamTemplate(url: string, pattern: string, mappings: object = {}): Promise<void> {
  await call(url, "PUT", `_index_template/${pattern.replace(/\W/g, "-")}`, {
    index_patterns: [pattern],
    data_stream: {},
    priority: 500,
    template: { settings: { number_of_replicas: 0 }, mappings },
  });
}

// A hook of the root suite, since this is loaded before any suite of a file begins.
after(async () => {
  await started?.catch(() => undefined);
  if (folder === undefined) return;
  await run(SCRIPT, ["stop", folder]);
  await rm(folder, { recursive: true, force: true });
  folder = undefined;
});
