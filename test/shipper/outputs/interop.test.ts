import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import type { LedgerSnapshot } from "../../../src/telemetry/ledger.ts";
import { makeCertificates, until } from "../../lumberjack/support.ts";
import { AntlerProcess } from "../../support/antler-process.ts";
import { freePort } from "../../support/free-port.ts";

/** Where scripts/install-go-lumber.sh puts Elastic's own receiver. */
const RECEIVER = join(process.cwd(), ".cache", "bin", "tst-lj");
const isMissing = !existsSync(RECEIVER);
const LINES = 20_000;

describe(`antler ship to Elastic's go-lumber${isMissing ? " (skipped: run scripts/install-go-lumber.sh)" : ""}`, function () {
  this.timeout(60_000);
  let folder: string;
  let receiver: ChildProcess | undefined;
  let ship: AntlerProcess | undefined;
  let output = "";
  const closing: (() => void)[] = [];

  before(function () {
    if (isMissing) this.skip();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "antler-go-"));
    output = "";
  });
  afterEach(async () => {
    await ship?.kill();
    receiver?.kill("SIGKILL");
    for (const close of closing.splice(0)) close();
    await rm(folder, { recursive: true });
  });

  async function startReceiver(): Promise<number> {
    const port = await freePort();
    receiver = spawn(RECEIVER, ["-v2", "-bind", `127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [receiver.stdout, receiver.stderr])
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    await until(() => output.includes("server up"));
    return port;
  }

  /** The Go program has no TLS of its own: this ends it. */
  async function withTls(behind: number, options: tls.TlsOptions): Promise<number> {
    const server = tls.createServer(options, (socket) => {
      const inner = net.connect(behind, "127.0.0.1");
      socket.pipe(inner).pipe(socket);
      for (const one of [socket, inner]) one.on("error", () => one.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  const received = (): number =>
    [...output.matchAll(/Received batch of (\d+) events/g)].reduce((sum, [, count]) => sum + Number(count), 0);

  async function shipped(settings: string): Promise<void> {
    const log = join(folder, "app.log");
    await writeFile(log, Array.from({ length: LINES }, (_none, i) => `line ${i} of some length\n`).join(""));
    const yml = join(folder, "ship.yml");
    await writeFile(
      yml,
      `filebeat.inputs:\n  - type: filestream\n    id: logs\n    paths: [${log}]\noutput.logstash:\n${settings}`,
    );
    ship = new AntlerProcess(["ship", "-c", yml, "--path.data", join(folder, "data")]);
    ship.start();
    await until(() => received() >= LINES);
    const { code } = await ship.end();
    assert.equal(code, 0, ship.stderr);
    assert.equal(received(), LINES, output.slice(-2000));
    const registry = readFileSync(join(folder, "data", "ship", "ship", "registry", "registry.json"), "utf8");
    const { totals, outputs } = (JSON.parse(registry) as { body: { extra: LedgerSnapshot } }).body.extra;
    assert.deepEqual([totals.read, totals.delivered, outputs["logstash"]?.delivered], [LINES, LINES, LINES]);
  }

  it("compressed", async () => {
    const port = await startReceiver();
    await shipped(`  hosts: ["127.0.0.1:${port}"]\n  compression_level: 3\n`);
  });

  it("over TLS with a client certificate, compressed", async function () {
    const certificates = makeCertificates();
    if (certificates === undefined) return this.skip();
    const { ca, server, client } = certificates;
    for (const [name, text] of Object.entries({ "ca.pem": ca, "client.pem": client.cert, "client.key": client.key }))
      await writeFile(join(folder, name), text);
    const port = await withTls(await startReceiver(), { ...server, ca, requestCert: true, rejectUnauthorized: true });
    await shipped(
      [
        `  hosts: ["localhost:${port}"]`,
        "  compression_level: 3",
        `  ssl.certificate_authorities: [${join(folder, "ca.pem")}]`,
        `  ssl.certificate: ${join(folder, "client.pem")}`,
        `  ssl.key: ${join(folder, "client.key")}`,
        "",
      ].join("\n"),
    );
  });
});
