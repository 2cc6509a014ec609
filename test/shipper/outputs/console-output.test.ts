import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { ConsoleOutput } from "../../../src/shipper/outputs/console-output.ts";
import { numbered, textsOf } from "../windows.ts";

describe("the shipper's console output", () => {
  it("writes lines; a reader that is slow holds windows up", async () => {
    const stdout = new PassThrough({ highWaterMark: 10 });
    const output = new ConsoleOutput({ kind: "console", pretty: false }, { stdout, ended: () => assert.fail() });
    let done = 0;
    const sent = [numbered(0, 2), numbered(2, 3)].map((window) => output.send(window).then(() => done++));
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(done < 2);
    let text = "";
    stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    await Promise.all(sent);
    assert.deepEqual(text.trimEnd().split("\n"), textsOf(numbered(0, 3)));
    await output.close();
  });

  it("pretty: the same events over several lines", async () => {
    const stdout = new PassThrough();
    const output = new ConsoleOutput({ kind: "console", pretty: true }, { stdout, ended: () => assert.fail() });
    await output.send(numbered(7, 8));
    const text = String(stdout.read());
    assert.ok(text.startsWith('{\n  "@timestamp"'));
    assert.deepEqual(JSON.parse(text), JSON.parse(textsOf(numbered(7, 8))[0] as string));
    await output.close();
  });

  it("a reader that leaves ends it: nothing of what it did not take is acknowledged", async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
    });
    let ended = 0;
    const output = new ConsoleOutput({ kind: "console", pretty: false }, { stdout, ended: () => ended++ });
    const sent = output.send(numbered(0, 1)).then(
      () => "sent",
      (error: Error) => error.message,
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(ended, 1);
    assert.match(output.trouble ?? "", /EPIPE/);
    await output.close();
    assert.equal(await sent, "the console output is closed");
  });
});
