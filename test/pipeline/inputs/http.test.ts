import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { ObjectValue } from "../../../src/event/value.ts";
import { makeCertificates } from "../../lumberjack/support.ts";
import { resolved } from "../../support/resolved.ts";
import { HttpHarness, sendTo } from "./http-harness.ts";

/** Nearly everything waits for something that must come; what does not come is caught by mocha's timeout. */
describe("http input", () => {
  let harness: HttpHarness;

  afterEach(() => harness.stop(200));

  async function start(config = "", ecs: "v8" | "disabled" = "v8"): Promise<HttpHarness> {
    harness = await HttpHarness.start(config, ecs);
    return harness;
  }

  describe("what a request says of itself", () => {
    const headers = {
      "User-Agent": "curl/8",
      "Content-Type": "text/plain; x=1",
      "X-Two": "b",
      Host: "web-1:8080",
      Authorization: "Basic eDp5",
    };

    it("becomes fields of ECS, its headers go into the metadata", async () => {
      await start();
      const answer = await harness.send("hello", headers, { path: "/a/b?c=d", method: "PUT" });
      assert.deepEqual([answer.status, answer.text, answer.headers["content-type"]], [200, "ok", "text/plain"]);
      assert.deepEqual(harness.documents(), [
        {
          message: "hello",
          event: { original: "hello" },
          host: { ip: "127.0.0.1" },
          http: { version: "HTTP/1.1", method: "PUT", request: { body: { bytes: "5" }, mime_type: "text/plain; x=1" } },
          url: { domain: "web-1", port: 8080, path: "/a/b?c=d" },
          user_agent: { original: "curl/8" },
        },
      ]);
      assert.deepEqual(harness.events[0]?.metadataObject(), {
        input: {
          http: {
            request: {
              headers: {
                connection: "close",
                content_length: "5",
                content_type: "text/plain; x=1",
                x_two: "b",
                http_accept: null,
                http_host: "web-1:8080",
                http_user_agent: "curl/8",
                http_version: "HTTP/1.1",
                request_method: "PUT",
                request_path: "/a/b?c=d",
              },
            },
          },
        },
      });
    });

    it("becomes `headers` and `host` without ECS, or the fields named", async () => {
      await start("", "disabled");
      await harness.send("x", headers);
      const [document] = harness.documents();
      assert.equal(document?.["host"], "127.0.0.1");
      assert.equal((document?.["headers"] as ObjectValue | undefined)?.["http_user_agent"], "curl/8");
      assert.deepEqual(Object.keys(document ?? {}).sort(), ["headers", "host", "message"]);
      await harness.stop();
      await start('remote_host_target_field => "[client][ip]" request_headers_target_field => "[req]"');
      await harness.send("x");
      const [named] = harness.documents();
      assert.deepEqual(named?.["client"], { ip: "127.0.0.1" });
      assert.equal((named?.["req"] as ObjectValue | undefined)?.["request_path"], "/");
      assert.equal(named?.["host"], undefined);
    });

    it("holds where the document says otherwise, and leaves the rest of it", async () => {
      await start();
      await harness.json(
        '{"host":{"ip":"6.6.6.6","name":"web-1"},"url":"x","http":{"a":1},"@metadata":{"input":{"x":1},"y":2}}',
      );
      const [document] = harness.documents();
      assert.deepEqual(document?.["host"], { ip: "127.0.0.1", name: "web-1" });
      assert.equal((document?.["url"] as ObjectValue | undefined)?.["path"], "/");
      assert.equal((document?.["http"] as ObjectValue | undefined)?.["a"], 1);
      const metadata = harness.events[0]?.metadataObject() as Record<string, Record<string, unknown>>;
      assert.equal(metadata["y"], 2);
      assert.deepEqual(Object.keys(metadata["input"] ?? {}).sort(), ["http", "x"]);
    });

    it("is told apart from request to request of a connection", async () => {
      await start();
      const { Agent } = await import("node:http");
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const path of ["/a", "/a", "/b"]) await harness.send("x", {}, { path, agent });
      agent.destroy();
      assert.deepEqual(
        harness.documents().map(({ url }) => (url as Record<string, unknown>)["path"]),
        ["/a", "/a", "/b"],
      );
    });
  });

  describe("codecs", () => {
    it("reads JSON by its content type: an object, an array, nothing", async () => {
      await start();
      for (const body of ['{"n":1}', '[{"n":2},{"n":3}]', "[]", "", " "])
        assert.equal((await harness.json(body)).status, 200, body);
      await harness.send('{"n":4}', { "content-type": "Application/JSON; charset=utf-8" });
      await harness.send('{"n":5}', { "content-type": "text/plain" });
      assert.deepEqual(harness.bodies(), [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { message: '{"n":5}' }]);
    });

    it("uses its own codec, and those named for content types", async () => {
      await start('codec => json additional_codecs => { "text/csv" => "csv" "application/x-ndjson" => "es_bulk" }');
      await harness.json('{"n":1}');
      await harness.send("a,b\nc,d\n", { "content-type": "text/csv" });
      await harness.send('{"index":{"_id":"7"}}\n{"n":2}\n', { "content-type": "application/x-ndjson" });
      assert.deepEqual(harness.bodies(), [
        { n: 1 },
        { column1: "a", column2: "b" },
        { column1: "c", column2: "d" },
        { n: 2 },
      ]);
      const metadata = harness.events[3]?.metadataObject() as Record<string, unknown>;
      assert.deepEqual(metadata["codec"], { es_bulk: { _id: "7", action: "index" } });
    });

    it("cuts bodies into lines where the codec does, for each request anew", async () => {
      await start("codec => line");
      await harness.send("a\nb");
      await harness.send("c\nd\n");
      await harness.send("");
      assert.deepEqual(
        harness.bodies(),
        ["a", "b", "c", "d"].map((message) => ({ message })),
      );
    });

    it("makes an event of an empty body of text, as Logstash does", async () => {
      await start();
      await harness.send("", {}, { method: "GET" });
      assert.deepEqual(harness.bodies(), [{ message: "" }]);
    });

    it("reads other charsets by the content type", async () => {
      await start();
      await harness.send(Buffer.from("Grüße", "latin1"), { "content-type": "text/plain; charset=ISO-8859-1" });
      await harness.send("ä", { "content-type": "text/plain; charset=none" });
      await harness.send(Buffer.from('{"a":"ä"}', "utf16le"), {
        "content-type": 'application/json;charset="UTF-16LE"',
      });
      assert.deepEqual(harness.bodies(), [{ message: "Grüße" }, { message: "ä" }, { a: "ä" }]);
    });

    it("unpacks gzip, deflate and brotli", async () => {
      await start();
      for (const [encoding, pack] of [
        ["gzip", gzipSync],
        ["deflate", deflateSync],
        ["br", brotliCompressSync],
        ["identity", Buffer.from],
      ] as const)
        assert.equal((await harness.send(pack(Buffer.from(encoding)), { "content-encoding": encoding })).status, 200);
      assert.deepEqual(
        harness.bodies(),
        ["gzip", "deflate", "br", "identity"].map((message) => ({ message })),
      );
    });

    it("are checked where they are named", async () => {
      await start();
      const config = (name: string): string =>
        `input {\n http { additional_codecs => { "text/x" => "${name}" } }\n} output { null { } }`;
      assert.throws(
        () => resolved(config("jsn")),
        /there is no codec "jsn"[\s\S]*test\.conf:2:\d+[\s\S]*did you mean "json"/,
      );
      assert.throws(() => resolved(config("dots")), /there is no codec "dots"/);
    });
  });

  describe("large JSON arrays", () => {
    const element = (n: number): string =>
      JSON.stringify({ n, text: "x".repeat(1000), deep: [{ a: null, b: [1.5, "é]"] }] });

    it("are cut into their elements, whatever their size, while memory for them is bounded", async () => {
      await start();
      harness.batches = 3;
      const count = 4000;
      const body = `[${Array.from({ length: count }, (_, n) => element(n)).join(",\n")}]`;
      assert.ok(body.length > 4_000_000);
      const answer = await harness.send(gzipSync(body), {
        "content-type": "application/json",
        "content-encoding": "gzip",
      });
      assert.deepEqual([answer.status, answer.text], [200, "ok"]);
      assert.deepEqual(
        harness.events.map((event) => event.toObject()["n"]),
        Array.from({ length: count }, (_, n) => n),
      );
      assert.deepEqual(harness.events.at(-1)?.toObject()["deep"], [{ a: null, b: [1.5, "é]"] }]);
    });

    it("reads a large object whole", async () => {
      await start();
      const text = "x".repeat(2_000_000);
      assert.equal((await harness.json(JSON.stringify({ text }))).status, 200);
      assert.equal(harness.events[0]?.toObject()["text"], text);
    });

    it("are refused where they break; what stood before is there", async () => {
      await start();
      const body = `[${Array.from({ length: 2000 }, (_, n) => element(n)).join(",")},{"n":]`;
      const answer = await harness.json(body);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /^the body is no JSON: /);
      await harness.until(() => harness.events.length > 0);
    });

    it("are refused at once, though more would come", async () => {
      await start();
      const socket = connect(harness.port, "127.0.0.1");
      socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50000000\r\n\r\n");
      socket.write(`[oops${" ".repeat(1_200_000)}`);
      const [answer] = (await new Promise((resolve) => socket.once("data", (data) => resolve([data.toString()])))) as [
        string,
      ];
      assert.match(answer, /^HTTP\/1\.1 400 /);
      socket.destroy();
    });
  });

  describe("answers", () => {
    it("when the events have arrived, not before", async () => {
      await start("response_code => 202 response_headers => { 'X-By' => 'antler' }");
      harness.acknowledges = false;
      let answered = false;
      const answer = harness.json('[{"n":1},{"n":2}]').then((found) => {
        answered = true;
        return found;
      });
      await harness.until(() => harness.events.length === 2);
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.equal(answered, false);
      harness.acknowledge();
      const { status, text, headers } = await answer;
      assert.deepEqual([status, text, headers["x-by"]], [202, "ok", "antler"]);
    });

    it("204 has no body", async () => {
      await start("response_code => 204");
      const { status, text, headers } = await harness.send("x");
      assert.deepEqual([status, text, headers["content-length"]], [204, "", undefined]);
    });

    it("429 when too many requests are under way, and takes them again later", async () => {
      await start("max_pending_requests => 2");
      harness.acknowledges = false;
      const waiting = [harness.send("a"), harness.send("b")];
      await harness.until(() => harness.events.length === 2);
      const refused = await harness.send("c");
      assert.deepEqual([refused.status, refused.headers["retry-after"]], [429, "1"]);
      harness.acknowledges = true;
      harness.acknowledge();
      for (const answer of waiting) assert.equal((await answer).status, 200);
      assert.equal((await harness.send("c")).status, 200);
    });

    it("401 without the login, and asks for it", async () => {
      await start('user => "shop" password => "s3:ret"');
      const token = Buffer.from("shop:s3:ret").toString("base64");
      const refused = await harness.send("x");
      assert.equal(refused.status, 401);
      assert.match(refused.headers["www-authenticate"] ?? "", /^Basic realm=/);
      assert.equal((await harness.send("x", { authorization: "Basic eDp5" })).status, 401);
      assert.equal((await harness.send("x", { authorization: `basic ${token}` })).status, 200);
      assert.equal(harness.events.length, 1);
      assert.ok(!JSON.stringify(harness.events[0]?.metadataObject()).includes(token));
    });

    it("413 for what is too long, stated or not, packed or not", async () => {
      await start("max_content_length => 1000");
      const long = "x".repeat(1001);
      assert.equal((await harness.send(long)).status, 413);
      assert.equal((await harness.send(long, { "transfer-encoding": "chunked" })).status, 413);
      assert.equal((await harness.send(gzipSync(long), { "content-encoding": "gzip" })).status, 413);
      assert.equal((await harness.send(long.slice(1))).status, 200);
      assert.equal(harness.events.length, 1);
    });

    it("400 with the reason for what is no JSON, and makes no event", async () => {
      await start();
      for (const body of ["oops", '{"a":', "{'a':1}"]) {
        const { status, text } = await harness.json(body);
        assert.equal(status, 400, body);
        assert.match(text, /^the body is no JSON: .*JSON/);
      }
      assert.equal(harness.events.length, 0);
    });

    it("200 for JSON that is no object, with Logstash's tag", async () => {
      await start();
      assert.equal((await harness.json("42")).status, 200);
      assert.deepEqual(harness.bodies(), [{ message: "42", tags: ["_jsonparsefailure"] }]);
    });

    it("400 and 415 for compression that is broken or unknown", async () => {
      await start();
      assert.equal((await harness.send("nope", { "content-encoding": "gzip" })).status, 400);
      assert.equal((await harness.send(gzipSync("nope").subarray(0, 15), { "content-encoding": "gzip" })).status, 400);
      assert.equal((await harness.send("nope", { "content-encoding": "zip" })).status, 415);
      assert.equal(harness.events.length, 0);
    });

    it("before a body is sent that would be refused, where the client asks", async () => {
      await start("max_content_length => 10");
      const answer = await harness.send("x".repeat(11), { expect: "100-continue" });
      assert.equal(answer.status, 413);
      assert.equal((await harness.send("x", { expect: "100-continue" })).status, 200);
    });
  });

  describe("clients", () => {
    it("that go away with half a request leave nothing", async () => {
      await start("max_pending_requests => 1");
      for (const head of [
        "Content-Length: 100",
        "Content-Length: 100\r\nContent-Encoding: gzip",
        "Transfer-Encoding: chunked",
      ]) {
        const socket = connect(harness.port, "127.0.0.1");
        socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`);
        socket.write(head.startsWith("T") ? "3\r\nabc\r\n" : "abc");
        await new Promise((resolve) => setTimeout(resolve, 20));
        socket.destroy();
        // Its place is free again.
        for (;;) if ((await harness.send("x")).status === 200) break;
      }
      assert.deepEqual(harness.bodies(), [{ message: "x" }, { message: "x" }, { message: "x" }]);
    });

    it("that go away before the answer lose no event", async () => {
      await start();
      harness.acknowledges = false;
      const socket = connect(harness.port, "127.0.0.1");
      socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
      await harness.until(() => harness.events.length === 1);
      socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, 20));
      harness.acknowledge();
      harness.acknowledges = true;
      assert.equal((await harness.send("x")).status, 200);
    });
  });

  describe("over TLS", () => {
    let folder: string;
    const file = (name: string): string => join(folder, name);

    before(function () {
      const made = makeCertificates();
      if (made === undefined) {
        console.warn("      skipped: the openssl command makes the certificates, and there is none");
        this.skip();
      }
      folder = mkdtempSync(join(tmpdir(), "antler-http-input-"));
      for (const [name, text] of [
        ["ca.pem", made.ca],
        ["server.pem", made.server.cert],
        ["server.key", made.server.key],
        ["client.pem", made.client.cert],
        ["client.key", made.client.key],
      ] as const)
        writeFileSync(file(name), text);
    });
    after(() => {
      if (folder !== undefined) rmSync(folder, { recursive: true });
    });

    it("takes events, and asks clients for their certificates", async () => {
      const ca = readFileSync(file("ca.pem"));
      const pair = { cert: readFileSync(file("client.pem")), key: readFileSync(file("client.key")) };
      const options = `ssl_enabled => true ssl_certificate => "${file("server.pem")}" ssl_key => "${file("server.key")}" ssl_certificate_authorities => ["${file("ca.pem")}"]`;
      for (const [mode, shows, works] of [
        ["none", false, true],
        ["optional", false, true],
        ["optional", true, true],
        ["required", true, true],
        ["required", false, false],
      ] as const) {
        await start(`${options} ssl_client_authentication => "${mode}"`);
        const answer = sendTo(harness.port, mode, {}, { tls: true, ca, ...(shows ? pair : {}) });
        if (works) assert.equal((await answer).status, 200, mode);
        else await assert.rejects(answer);
        assert.deepEqual(harness.bodies(), works ? [{ message: mode }] : []);
        await harness.stop();
      }
      await start();
    });
  });

  it("answers what is under way when it stops, and takes no more", async () => {
    await start();
    harness.acknowledges = false;
    const answer = harness.send("last");
    await harness.until(() => harness.events.length === 1);
    const stopped = harness.stop(5000);
    harness.acknowledge();
    assert.equal((await answer).status, 200);
    await stopped;
    await assert.rejects(harness.send("late"), /ECONNREFUSED/);
  });

  it("refuses options that make no sense", async () => {
    await start();
    const check = (options: string) => () => resolved(`input { http { ${options} } } output { null { } }`);
    assert.throws(check("response_code => 500"), /the answer cannot be 500/);
    assert.throws(check('user => "x"'), /user needs password/);
    assert.throws(check('keystore => "/x.jks"'), /CONF010/);
  });
});
