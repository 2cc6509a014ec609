import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { LineReceiver } from "../support/line-receiver.ts";
import { runAntler } from "../support/run-antler.ts";

/** A line as the receiver wants it. */
const line = (number: number): string => `line ${number} ${"x".repeat((number * 37) % 90)}`;

describe("antler ship --once", () => {
  let folder: string;
  let receiver: LineReceiver;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-once-"));
  });
  afterEach(async () => {
    await receiver?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ship(port: number, ...args: string[]): Promise<{ code: number | null; stderr: string }> {
    const config = join(folder, "ship.yml");
    writeFileSync(
      config,
      `filebeat.inputs: [{ type: filestream, id: once, paths: ["${folder}/*.log*"] }]
output.logstash: { hosts: ["127.0.0.1:${port}"] }
http.enabled: false
`,
    );
    return runAntler(["ship", "-c", config, "--path.data", join(folder, "data"), "--once", ...args]);
  }

  it("reads everything to its end, a last line without its end and what is compressed too, and ends with 0", async () => {
    receiver = new LineReceiver(300);
    const port = await receiver.listen();
    const lines = Array.from({ length: 300 }, (_none, i) => line(i));
    writeFileSync(join(folder, "a.log"), lines.slice(0, 100).join("\n"));
    writeFileSync(join(folder, "b.log"), `${lines.slice(100, 200).join("\n")}\n`);
    writeFileSync(join(folder, "b.log.2.gz"), gzipSync(`${lines.slice(200).join("\n")}\n`));
    writeFileSync(join(folder, "empty.log"), "");
    const first = await ship(port, "--timeout", "15");
    assert.equal(first.code, 0, first.stderr);
    assert.equal(receiver.distinct, 300);
    assert.equal(receiver.received.events, 300);
    const again = await ship(port, "--timeout", "15");
    assert.equal(again.code, 0, again.stderr);
    assert.equal(receiver.received.events, 300, "nothing comes a second time");
  }).timeout(40_000);

  it("ends with 1 and names what is missing when nobody acknowledges in time", async () => {
    receiver = new LineReceiver(3);
    receiver.acknowledges = false;
    const port = await receiver.listen();
    writeFileSync(join(folder, "a.log"), `${line(0)}\n${line(1)}\n`);
    const { code, stderr } = await ship(port, "--timeout", "1", "--shutdown.timeout", "0");
    assert.equal(code, 1, stderr);
    assert.match(stderr, /missing: .*a\.log: not acknowledged, \d+ bytes/);
  }).timeout(30_000);

  it("names what cannot be read", async function () {
    if (process.getuid?.() === 0) this.skip();
    receiver = new LineReceiver(3);
    const port = await receiver.listen();
    writeFileSync(join(folder, "a.log"), `${line(0)}\n`);
    chmodSync(join(folder, "a.log"), 0);
    const { code, stderr } = await ship(port, "--timeout", "10");
    assert.equal(code, 1);
    assert.match(stderr, /missing: .*a\.log: cannot be read/);
  }).timeout(30_000);
});
