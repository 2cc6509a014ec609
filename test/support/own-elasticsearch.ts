import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { elasticsearchHome } from "./elasticsearch.ts";
import { freePort } from "./free-port.ts";

const run = promisify(execFile);
const SCRIPT: string = join("scripts", "elasticsearch.sh");

/** A real Elasticsearch for one test, which may be killed and started again over the same data. */
export class OwnElasticsearch {
  readonly #folder: string;
  readonly #port: number;
  readonly #settings: readonly string[];

  constructor(folder: string, port: number, settings: readonly string[]) {
    this.#folder = folder;
    this.#port = port;
    this.#settings = settings;
  }

  /** `settings`: as `name=value`. `files`: of its configuration, by name. Undefined when no server is installed here. */
  static async start(
    settings: readonly string[] = [],
    files: Readonly<Record<string, string | Buffer>> = {},
  ): Promise<OwnElasticsearch | undefined> {
    if (!existsSync(join(elasticsearchHome(), "modules"))) return undefined;
    const folder = await mkdtemp(join(tmpdir(), "antler-own-elasticsearch-"));
    await mkdir(join(folder, "config"));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, "config", name), content);
    const server = new OwnElasticsearch(folder, await freePort(), settings);
    await server.restart();
    return server;
  }

  get url(): string {
    const secure = this.#settings.includes("xpack.security.http.ssl.enabled=true");
    return `${secure ? "https" : "http"}://127.0.0.1:${this.#port}`;
  }

  async restart(): Promise<void> {
    await run(SCRIPT, ["start", String(this.#port), this.#folder, ...this.#settings.flatMap((one) => ["-E", one])]);
  }

  /** Kill -9 of the server and of what started it. */
  async kill(): Promise<void> {
    const file = join(this.#folder, "server.pid");
    if (!existsSync(file)) return;
    const pid = readFileSync(file, "utf8").trim();
    spawnSync("pkill", ["-KILL", "-P", pid]);
    spawnSync("kill", ["-KILL", pid]);
    while (spawnSync("kill", ["-0", pid]).status === 0) await sleep(50);
    await rm(file);
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
