// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AntlerProcess } from "../../support/antler-process.ts";
import { call, putDataStreamTemplate, realElasticsearch } from "../../support/elasticsearch.ts";
import { runAntler } from "../../support/run-antler.ts";

const SET = `shipkill${process.pid}`;
const ROUNDS = 6;
const LINES = 3000;

/** A way to a server that can be cut. */
class Gate {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  isOpen = true;

  constructor(target: number) {
    this.#server = net.createServer((socket) => {
      if (!this.isOpen) {
        socket.destroy();
        return;
      }
      const inner = net.connect(target, "127.0.0.1");
      for (const one of [socket, inner]) {
        this.#sockets.add(one);
        one.on("error", () => one.destroy()).on("close", () => this.#sockets.delete(one));
      }
      socket.pipe(inner).pipe(socket);
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  shut(): void {
    this.isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.shut();
    this.#server.close();
  }
}

describe("antler ship with a spool straight into a real Elasticsearch", function () {
  this.timeout(240_000);
  let url: string;
  let folder: string;
  let gate: Gate;
  let ship: AntlerProcess | undefined;

  before(async function () {
    const found = await realElasticsearch();
    if (found === undefined) this.skip();
    url = found;
    folder = await mkdtemp(join(tmpdir(), "antler-shipkill-"));
    await putDataStreamTemplate(url, `logs-${SET}*-*`);
  });
  after(async () => {
    await ship?.kill();
    gate?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it("killed and cut off again and again: each line is there once, and the ledger balances", async () => {
    gate = new Gate(Number(new URL(url).port));
    const port = await gate.listen();
    const log = join(folder, "app.log");
    await writeFile(log, "");
    const yml = join(folder, "ship.yml");
    await writeFile(
      yml,
      `filebeat.inputs:
  - type: filestream
    id: logs
    paths: [${log}]
    prospector.scanner.check_interval: 1s
    fields_under_root: true
    fields: { data_stream: { type: logs, dataset: ${SET}, namespace: default } }
output.elasticsearch:
  hosts: ["http://127.0.0.1:${port}"]
  backoff.init: 100ms
  backoff.max: 1s
  bulk_max_size: 500
queue.disk.max_size: 50MB
`,
    );
    ship = new AntlerProcess(["ship", "-c", yml, "--path.data", join(folder, "data")]);
    ship.start();
    let next = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await appendFile(log, Array.from({ length: LINES }, () => `line ${next++}\n`).join(""));
      if (round % 2 === 0) gate.isOpen = true;
      else gate.shut();
      // Long enough for the spool to take over and for something to arrive.
      await sleep(1500);
      await ship.kill();
      ship.start();
    }
    gate.isOpen = true;
    const counted = async (): Promise<number> => {
      await call(url, "POST", `logs-${SET}-default/_refresh`);
      return Number((await call(url, "GET", `logs-${SET}-default/_count`))["count"]);
    };
    while ((await counted()) < next) await sleep(500);
    await sleep(1500);
    const { code } = await ship.end();
    assert.equal(code, 0);
    assert.equal(await counted(), next);
    const ledger = await runAntler(["ledger", "--path.data", join(folder, "data")]);
    assert.equal(ledger.code, 0, ledger.stdout + ledger.stderr);
    assert.match(ledger.stdout, /read 18,000 = delivered 18,000/);
    assert.doesNotMatch(ledger.stdout, /in the spool/);
  });
});
