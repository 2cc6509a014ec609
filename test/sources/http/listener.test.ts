import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { HttpListener, type HttpListenerOptions } from "../../../src/sources/http/listener.ts";
import { sendTo } from "../../pipeline/inputs/http-harness.ts";

describe("HTTP listener", () => {
  let listener: HttpListener;
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await listener.close(100);
  });

  async function listen(own: Partial<HttpListenerOptions> = {}): Promise<void> {
    listener = new HttpListener({
      host: "127.0.0.1",
      port: 0,
      maxPending: 10,
      body: { maxBytes: 1_000_000, windowMs: 20, minBytes: 10 },
      headMs: 100,
      answer: { status: 200, headers: {} },
      log: { warn: () => undefined },
      async onRequest({ body }) {
        while ((await body.next()) !== undefined);
      },
      ...own,
    });
    await listener.listen();
  }

  /** Opens a connection, sends a text, and gives all that comes until it ends. */
  function raw(text: string, each?: (socket: Socket) => void): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(listener.port, "127.0.0.1");
      sockets.push(socket);
      let answer = "";
      socket.on("data", (data) => {
        answer += data.toString();
        if (answer.includes("\r\n\r\n")) resolve(answer);
      });
      socket.on("error", () => undefined).on("close", () => resolve(answer));
      socket.write(text);
      each?.(socket);
    });
  }

  const head = (length: number): string => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;

  it("answers 408 to a body that does not come, or a few bytes at a time", async () => {
    await listen();
    assert.match(await raw(`${head(1000)}abc`), /^HTTP\/1\.1 408 /);
    const drip = await raw(head(1000), (socket) => {
      const timer = setInterval(() => socket.write("a"), 5);
      socket.on("close", () => clearInterval(timer));
      socket.once("data", () => clearInterval(timer));
    });
    assert.match(drip, /^HTTP\/1\.1 408 /);
  });

  it("does not blame a client for time that we take", async () => {
    await listen({
      async onRequest({ body }) {
        await body.next();
        await new Promise((resolve) => setTimeout(resolve, 120));
        while ((await body.next()) !== undefined);
      },
    });
    assert.equal((await sendTo(listener.port, "x".repeat(500_000))).status, 200);
  });

  it("ends connections whose head does not come", async () => {
    await listen();
    assert.match(await raw("POST / HTTP/1.1\r\nHost:"), /^(?:HTTP\/1\.1 408 |$)/);
  });

  it("answers 500 to what goes wrong here, and says so", async () => {
    const warnings: string[] = [];
    await listen({
      log: { warn: (message) => warnings.push(message) },
      onRequest: () => Promise.reject(new Error("no disk")),
    });
    const { status, text } = await sendTo(listener.port, "x");
    assert.deepEqual([status, text, warnings], [500, "internal error", ["a request could not be handled"]]);
  });

  it("says when its address is taken", async () => {
    await listen();
    const { port } = listener;
    const second = new HttpListener({
      host: "127.0.0.1",
      port,
      maxPending: 1,
      body: { maxBytes: 1, windowMs: 1000, minBytes: 1 },
      headMs: 1000,
      answer: { status: 200, headers: {} },
      log: { warn: () => undefined },
      onRequest: () => Promise.resolve(),
    });
    await assert.rejects(second.listen(), /EADDRINUSE/);
  });

  it("gives up on requests under way when the time to stop is over", async () => {
    await listen({ onRequest: () => new Promise(() => undefined) });
    const answer = sendTo(listener.port, "x");
    const failed = assert.rejects(answer);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await listener.close(30);
    await failed;
  });

  it("answers 503 to a request that comes on an open connection while it stops", async () => {
    let finish: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await listen({ onRequest: () => begun });
    const first = sendTo(listener.port, "x");
    const socket = connect(listener.port, "127.0.0.1");
    sockets.push(socket);
    socket.write("POST / HTTP/1.1\r\nHost: x\r\n");
    await new Promise((resolve) => setTimeout(resolve, 30));
    const closed = listener.close(2000);
    const answer = new Promise<string>((resolve) => socket.once("data", (data) => resolve(data.toString())));
    socket.write("Content-Length: 0\r\n\r\n");
    assert.match(await answer, /^HTTP\/1\.1 503 /);
    finish();
    assert.equal((await first).status, 200);
    await closed;
  });
});
