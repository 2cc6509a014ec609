import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAntler } from "../support/run-antler.ts";

describe("antler", function () {
  this.timeout(20_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-cli-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("--help tells the commands, with examples for each", async () => {
    const { code, stdout } = await runAntler(["--help"]);
    assert.equal(code, 0);
    for (const command of ["pipeline", "ship", "check"]) {
      assert.match(stdout, new RegExp(`^ +${command} `, "m"));
      const help = await runAntler([command, "--help"]);
      assert.equal(help.code, 0);
      assert.match(help.stdout, /Examples:\n {2}antler/);
    }
  });

  it("answers a wrong command line with 2", async () => {
    assert.equal((await runAntler(["pipelin"])).code, 2);
    assert.equal((await runAntler(["pipeline"])).code, 2);
    assert.equal((await runAntler(["pipeline", "-e", "x", "-w", "none"])).code, 2);
  });

  it("shows all mistakes of a configuration at once, with 78, in check and at start", async () => {
    const path = join(folder, "bad.conf");
    writeFileSync(
      path,
      'input { stdin { } }\nfilter {\n  grok { mach => { "message" => "%{IP:ip}" } }\n  dorp { }\n  mutate { convert => { "a" => "number" } }\n}\noutput { stdout { } }\n',
    );
    const check = await runAntler(["check", path]);
    assert.equal(check.code, 78);
    for (const text of [
      'unknown option "mach" for filter "grok"',
      'did you mean "match"?',
      'there is no filter "dorp"',
      'did you mean "drop"?',
      'there is no type "number"',
      "bad.conf:3:10",
      "3 errors",
    ]) {
      assert.ok(check.stdout.includes(text), `${text} in\n${check.stdout}`);
    }
    const start = await runAntler(["pipeline", "-f", path, "--path.data", folder]);
    assert.equal(start.code, 78);
    assert.ok(start.stderr.includes("3 errors"));
    const json = await runAntler(["check", "--json", path]);
    const findings = JSON.parse(json.stdout) as { code: string; file: string; start: { line: number } }[];
    assert.deepEqual(
      findings.map((finding) => [finding.code, finding.start.line]),
      [
        ["CONF012", 3],
        ["CONF009", 4],
        ["CONF016", 5],
      ],
    );
  });

  it("says why code of the configuration that fails at its start lets nothing start", async () => {
    const config = `input { generator { count => 1 } } filter { ruby { init => "raise 'no such list'" code => "" } } output { null { } }`;
    const { code, stderr } = await runAntler(["pipeline", "-e", config, "--path.data", join(folder, "failing-init")]);
    assert.equal(code, 70);
    assert.match(stderr, /antler: the pipeline cannot start: the init code of ruby#1 failed: no such list/);
  });

  it("passes standard input through a pipeline and ends with it", async () => {
    const config = 'input { stdin { } } output { stdout { codec => line { format => "<%{message}>" } } }';
    const { code, stdout } = await runAntler(
      ["pipeline", "-e", config, "-w", "1", "--path.data", folder],
      "one\ntwo\r\nlast without end",
    );
    assert.equal(code, 0);
    assert.equal(stdout, "<one>\n<two>\n<last without end>\n");
  });

  it("says that a port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const { code, stderr } = await runAntler([
      "pipeline",
      "-e",
      `input { beats { host => "127.0.0.1" port => ${port} } } output { null { } }`,
      "--path.data",
      folder,
    ]);
    server.close();
    assert.equal(code, 70);
    assert.match(stderr, new RegExp(`127\\.0\\.0\\.1:${port}: another program listens there`));
  });

  it("refuses a data folder that another antler works with", async () => {
    const config = "input { generator { } } output { null { } }";
    const { spawn } = await import("node:child_process");
    const binary = join(import.meta.dirname, "..", "..", "..", "bin", "antler.js");
    const first = spawn(process.execPath, [binary, "pipeline", "-e", config, "--path.data", folder], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    await once(first.stderr, "data");
    const second = await runAntler(["pipeline", "-e", config, "--path.data", folder]);
    first.kill("SIGTERM");
    const [code] = (await once(first, "exit")) as [number];
    assert.equal(code, 0, "the first one stops cleanly");
    assert.equal(second.code, 70);
    assert.match(second.stderr, /another antler works with/);
  });

  it("names the place of a mistake in a shipper's YAML", async () => {
    const path = join(folder, "shipper.yml");
    writeFileSync(
      path,
      'filebeat.inputs:\n  - type: filestream\n    id: a\n    path: [/var/log/x.log]\noutput.logstash:\n  hosts: ["127.0.0.1:5044"]\n  compression_level: 12\n',
    );
    const { code, stderr } = await runAntler(["ship", "-c", path, "--path.data", folder]);
    assert.equal(code, 78);
    for (const text of [
      'unknown setting "path"',
      'did you mean "paths"?',
      "shipper.yml:4:5",
      "compression_level is a whole number from 0 to 9",
      "shipper.yml:7:22",
    ])
      assert.ok(stderr.includes(text), `${text} in\n${stderr}`);
  });
});
