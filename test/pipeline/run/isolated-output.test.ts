import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { imbalance, type LedgerSnapshot } from "../../../src/telemetry/ledger.ts";
import { AntlerProcess, type EndedProcess } from "../../support/antler-process.ts";

const LINES = 3000;

/** Takes lines by HTTP, or holds every request, or refuses lines that end in 7. */
class Receiver {
  readonly lines: string[] = [];
  mode: "take" | "hold" | "refuse" = "take";
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      request.on("end", () => {
        if (this.mode === "hold") return;
        const refused = this.mode === "refuse" && body.trimEnd().endsWith("7");
        if (!refused) this.lines.push(body.trimEnd());
        response.writeHead(refused ? 400 : 200).end();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lets go of what it holds, without an answer. */
  drop(): void {
    this.#server.closeAllConnections();
  }

  close(): void {
    this.drop();
    this.#server.close();
  }
}

describe("isolated outputs", function () {
  this.timeout(60_000);
  let folder: string;
  let receiver: Receiver;
  let antler: AntlerProcess;
  let out: string;
  const ids = Array.from({ length: LINES }, (_none, i) => `line ${i}`);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "antler-isolated-"));
    out = join(folder, "out.log");
    writeFileSync(join(folder, "in.log"), ids.map((id) => `${id}\n`).join(""));
    receiver = new Receiver();
    const conf = join(folder, "test.conf");
    writeFileSync(
      conf,
      `input { file { path => "${folder}/in.log" start_position => "beginning" } }
output {
  http { url => "${await receiver.listen()}" http_method => "post" format => "message" message => "%{message}" automatic_retries => 0 }
  file { path => "${out}" codec => line { format => "%{message}" } }
}
`,
    );
    antler = new AntlerProcess([
      "pipeline",
      "-f",
      conf,
      "--path.data",
      join(folder, "data"),
      "--pipeline.output_isolation",
      "-b",
      "200",
    ]);
  });

  afterEach(async () => {
    await antler.kill();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const written = (): string[] => read(out).split("\n").slice(0, -1);
  const ledgerOf = ({ log }: EndedProcess): LedgerSnapshot =>
    log.find(({ msg }) => msg === "pipeline has ended") as unknown as LedgerSnapshot;

  /** What is acknowledged is not read again: the file's position is at its end. */
  const acknowledged = (): boolean =>
    read(join(folder, "data", "pipeline", "main", "inputs", "main_file#1", "registry.json")).includes(
      `"read":${LINES}`,
    );

  it("one that takes nothing holds up no other; what it has not taken is delivered after a kill and a restart", async () => {
    receiver.mode = "hold";
    antler.start();
    await until(() => written().length === LINES);
    await until(() => antler.stderr.includes("put on disk"));
    await until(acknowledged);
    await antler.kill();
    assert.equal(receiver.lines.length, 0);
    receiver.drop();
    receiver.mode = "take";
    antler.start();
    await until(() => new Set(receiver.lines).size === LINES);
    await until(() =>
      read(join(folder, "data", "pipeline", "main", "outputs", "http#1", "checkpoint.json")).includes(
        `"delivered":${LINES}`,
      ),
    );
    assert.ok(antler.stderr.includes(`"events":${LINES}`), "it says how many events the queue has");
    const ledger = ledgerOf(await antler.end());
    assert.deepEqual(receiver.lines.toSorted(), ids.toSorted());
    assert.deepEqual(written().toSorted(), ids.toSorted());
    assert.equal(imbalance(ledger), 0);
    assert.deepEqual([ledger.totals.read, ledger.totals.delivered], [LINES, LINES]);
    assert.equal(ledger.outputs["http#1"]?.delivered, LINES);
    assert.equal(ledger.outputs["file#2"]?.delivered, LINES);
  });

  it("what is rejected from its queue is a dead letter, and counts as one", async () => {
    receiver.mode = "hold";
    antler.start();
    await until(() => written().length === LINES);
    await until(acknowledged);
    await antler.kill();
    receiver.drop();
    receiver.mode = "refuse";
    antler.start();
    const refused = ids.filter((id) => id.endsWith("7")).length;
    await until(() => new Set(receiver.lines).size === LINES - refused);
    await sleep(1500);
    const ledger = ledgerOf(await antler.end());
    assert.equal(imbalance(ledger), 0);
    assert.equal(ledger.outputs["http#1"]?.deadLettered, refused);
    assert.deepEqual([ledger.totals.deadLettered, ledger.totals.delivered], [refused, LINES - refused]);
  });
});

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (holds()) return;
    await sleep(100);
  }
  throw new Error("it does not come to that");
}
