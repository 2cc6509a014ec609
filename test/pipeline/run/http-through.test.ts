import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sendTo } from "../inputs/http-harness.ts";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "..", "bin", "antler.js");

/** The whole way with the real command: HTTP in, HTTP out. */
describe("events through the process, from HTTP to HTTP", function () {
  this.timeout(30_000);
  let server: Server;
  let received: string[];
  let open: ServerResponse[];
  let held: boolean;
  let status: number;
  let folder: string;
  let child: ChildProcess;
  let said: string;

  beforeEach(async () => {
    [received, open, held, status, said] = [[], [], false, 200, ""];
    server = createServer((request: IncomingMessage, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        received.push(Buffer.concat(parts).toString());
        if (held) open.push(response);
        else response.writeHead(status).end("as you like");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    folder = mkdtempSync(join(tmpdir(), "antler-http-through-"));
  });
  afterEach(async () => {
    if (child.exitCode === null) child.kill("SIGKILL");
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts the pipeline; the port that it listens on. */
  function start(output: string): Promise<number> {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const config = `input { http { host => "127.0.0.1" port => 0 } } output { http { url => "${url}" http_method => "post" ${output} } }`;
    child = spawn(BINARY, ["pipeline", "-e", config, "--path.data", folder], { stdio: ["ignore", "ignore", "pipe"] });
    return new Promise((resolve, reject) => {
      child.once("close", () => reject(new Error(said)));
      child.stderr?.on("data", (data: Buffer) => {
        said += data.toString();
        const line = said.split("\n").find((one) => one.includes("listening for HTTP") && one.endsWith("}"));
        if (line !== undefined) resolve((JSON.parse(line) as { port: number }).port);
      });
    });
  }

  /** Ends the pipeline; its ledger. */
  async function stop(): Promise<Record<string, number>> {
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGTERM");
    await closed;
    const line = said.split("\n").find((one) => one.includes("pipeline has ended")) ?? "{}";
    return (JSON.parse(line) as { totals: Record<string, number> }).totals;
  }

  const json = { "content-type": "application/json" };

  it("answers when the next server has answered, and not before", async () => {
    const port = await start('format => "json_batch" mapping => { "n" => "%{n}" }');
    held = true;
    let answered = false;
    const answer = sendTo(port, '[{"n":1},{"n":2}]', json).finally(() => {
      answered = true;
    });
    while (open.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(answered, false);
    held = false;
    for (const response of open.splice(0)) response.end();
    assert.equal((await answer).status, 200);
    assert.deepEqual(received, ['[{"n":"1"},{"n":"2"}]']);
    const { read, delivered } = await stop();
    assert.deepEqual([read, delivered], [1, 2]);
  });

  it("dead-letters what the next server refuses, and counts it", async () => {
    const port = await start("");
    status = 422;
    assert.equal((await sendTo(port, '{"n":1}', json)).status, 200);
    const { read, delivered, deadLettered } = await stop();
    assert.deepEqual([read, delivered, deadLettered], [1, 0, 1]);
  });
});
