// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { elasticConnection } from "../../src/elastic/connection.ts";
import { BulkConnectionError } from "../../src/elastic/connection-error.ts";
import { type ConnectionSettings, isLoopback, nodeUrl } from "../../src/elastic/connection-settings.ts";
import { ElasticsearchModel, type ModelOptions } from "../support/elasticsearch-model.ts";
import { type ModelServer, serveModel } from "../support/elasticsearch-model-server.ts";
import { creates, STREAM } from "./sending.ts";

const never = new AbortController().signal;
const SECRET = "s3cret!";

describe("connection to Elasticsearch", () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function serve(options: ModelOptions = {}): Promise<ModelServer & { readonly model: ElasticsearchModel }> {
    const model = new ElasticsearchModel({ dataStreams: [STREAM], ...options });
    const server = await serveModel(model);
    closing.push(() => server.close());
    return { ...server, model };
  }

  async function connect(settings: ConnectionSettings) {
    const connection = await elasticConnection(settings);
    closing.push(() => connection.close());
    return connection;
  }

  async function fault(settings: ConnectionSettings, signal: AbortSignal = never): Promise<BulkConnectionError> {
    const connection = await connect(settings);
    const error = await connection.bulk(creates(1).bytes, {}, signal).then(
      () => assert.fail("it should have failed"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof BulkConnectionError, String(error));
    assert.ok(!JSON.stringify([error, error.message, error.stack]).includes(SECRET));
    return error;
  }

  it("sends shared memory as it is, and gives the answer's bytes back", async () => {
    const { url, seen, model } = await serve();
    const connection = await connect({ hosts: [url] });
    const body = creates(1000);
    const answer = await connection.bulk(body.bytes, { filter_path: "errors" }, never);
    assert.equal(answer.statusCode, 200);
    assert.ok(answer.body.toString().startsWith('{"errors":false,"items":['));
    assert.equal(seen[0]?.path, "/_bulk");
    assert.ok(seen[0]?.body.equals(Buffer.from(body.bytes)));
    assert.equal(seen[0]?.headers["content-type"], "application/x-ndjson");
    assert.equal(model.query["filter_path"], "errors");
    assert.equal(model.documents.of(STREAM).size, 1000);
  });

  it("compresses on request", async () => {
    const { url, seen, model } = await serve();
    const connection = await connect({ hosts: [url], compressionLevel: 1 });
    const body = creates(1000);
    await connection.bulk(body.bytes, {}, never);
    assert.equal(seen[0]?.headers["content-encoding"], "gzip");
    assert.ok((seen[0]?.body.length as number) < body.bytes.length / 4);
    assert.equal(model.documents.of(STREAM).size, 1000);
  });

  it("compresses by itself for other machines only", async () => {
    const { url, seen, port } = await serve();
    await (await connect({ hosts: [url] })).bulk(creates(1).bytes, {}, never);
    assert.equal(seen[0]?.headers["content-encoding"], undefined);
    for (const [host, expected] of [
      [`http://localhost:${port}`, true],
      ["http://[::1]", true],
      ["http://127.1.2.3", true],
      ["http://es1.example.com", false],
      ["http://127.example.com", false],
    ] as const) {
      assert.equal(isLoopback(new URL(host)), expected, host);
    }
  });

  it("names itself: basic, API keys of both forms, a URL's own; headers and path go along", async () => {
    const { url, seen, port } = await serve();
    const basic = `Basic ${Buffer.from(`elastic:${SECRET}`).toString("base64")}`;
    const key = Buffer.from(`id:${SECRET}`).toString("base64");
    const cases: [Partial<ConnectionSettings>, string][] = [
      [{ user: "elastic", password: SECRET }, basic],
      [{ apiKey: `id:${SECRET}` }, `ApiKey ${key}`],
      [{ apiKey: key }, `ApiKey ${key}`],
      [{ hosts: [`http://elastic:${encodeURIComponent(SECRET)}@127.0.0.1:${port}`] }, basic],
    ];
    for (const [settings, authorization] of cases) {
      const connection = await connect({
        hosts: [url],
        path: "/behind/proxy/",
        headers: { "X-Team": "a" },
        ...settings,
      });
      await connection.bulk(creates(1).bytes, {}, never);
      assert.equal(seen.at(-1)?.headers.authorization, authorization);
      assert.equal(seen.at(-1)?.headers["x-team"], "a");
      assert.equal(seen.at(-1)?.path, "/behind/proxy/_bulk");
    }
  });

  it("errors of the server are answers", async () => {
    for (const status of [401, 413, 429, 503] as const) {
      const { url } = await serve({ script: [`status ${status}`] });
      const connection = await connect({ hosts: [url] });
      const answer = await connection.bulk(creates(1).bytes, {}, never);
      assert.equal(answer.statusCode, status);
      assert.match(answer.body.toString(), /model_exception/);
    }
  });

  it("takes the hosts in turn", async () => {
    const servers = [await serve(), await serve()];
    const connection = await connect({ hosts: servers.map(({ url }) => url) });
    for (let i = 0; i < 4; i++) await connection.bulk(creates(1, i).bytes, {}, never);
    assert.deepEqual(
      servers.map(({ model }) => model.requests),
      [2, 2],
    );
  });

  it("leaves out a host that does not answer, and takes it again when it does", async () => {
    const living = await serve();
    const dying = await serve();
    const connection = await connect({ hosts: [dying.url, living.url] });
    await dying.close();
    const ask = (i: number) => connection.bulk(creates(1, i).bytes, {}, never);
    const first = await Promise.allSettled([ask(0), ask(1)]);
    assert.deepEqual(first.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    for (let i = 2; i < 6; i++) assert.equal((await ask(i)).statusCode, 200);
    assert.equal(living.model.requests, 5);
    const again = new ElasticsearchModel({ dataStreams: [STREAM] });
    const back = await serveModel(again, undefined, dying.port);
    closing.push(() => back.close());
    for (let i = 6; again.requests === 0; i++) {
      assert.equal((await ask(i)).statusCode, 200);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it("says which host cannot be reached", async () => {
    const { url, close } = await serve();
    await close();
    const error = await fault({ hosts: [url], user: "elastic", password: SECRET });
    assert.equal(error.fault, "unreachable");
    assert.ok(error.message.startsWith(`${url}: `) && error.message.includes("ECONNREFUSED"), error.message);
  });

  it("a broken connection, no answer, another product, no HTTP at all", async () => {
    const broken = await serve({ script: ["reset after"] });
    assert.equal((await fault({ hosts: [broken.url] })).fault, "interrupted");
    const silent = await serve({ script: ["never"] });
    assert.equal((await fault({ hosts: [silent.url], timeoutMs: 100 })).fault, "timeout");
    const foreign = await serve({ script: ["foreign"] });
    assert.match((await fault({ hosts: [foreign.url] })).message, /not Elasticsearch.* OpenSearch .* cannot be used/);
    const tcp = createTcpServer((socket) =>
      socket
        .on("error", () => undefined)
        .resume()
        .end("220 mail.example.com ESMTP\r\n"),
    );
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    closing.push(async () => void tcp.close());
    const { port } = tcp.address() as AddressInfo;
    await fault({ hosts: [`127.0.0.1:${port}`], timeoutMs: 500, user: "elastic", password: SECRET });
  });

  it("TLS to a server without it says so", async () => {
    const { port } = await serve();
    const { message } = await fault({ hosts: [`https://127.0.0.1:${port}`] });
    assert.match(
      message,
      /^https:.*: TLS failed: wrong version number \(the server does not speak TLS at this port: write http:/,
    );
  });

  it("ends with the signal, and nothing is left that keeps the process", async () => {
    const { url, seen } = await serve({ script: ["never"] });
    const connection = await connect({ hosts: [url] });
    const stop = new AbortController();
    const sent = connection.bulk(creates(1).bytes, {}, stop.signal);
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error("enough"));
    await assert.rejects(sent, /enough/);
  });

  it("goes through a proxy", async () => {
    const { url, model } = await serve();
    let connects = 0;
    const { createServer } = await import("node:http");
    const { connect: dial } = await import("node:net");
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      connects++;
      const target = new URL(`http://${request.url}`);
      const onward = dial(Number(target.port), target.hostname, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [socket, onward]) end.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    closing.push(async () => void proxy.close());
    const connection = await connect({
      hosts: [url],
      proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    });
    assert.equal((await connection.bulk(creates(1).bytes, {}, never)).statusCode, 200);
    assert.equal(model.requests, 1);
    assert.equal(connects, 1);
  });

  const hosts: [string, boolean, string][] = [
    ["//127.0.0.1", false, "http://127.0.0.1:9200/"],
    ["es1", false, "http://es1:9200/"],
    ["es1:9201", true, "https://es1:9201/"],
    ["https://es1", false, "https://es1:9200/"],
    ["https://es1:443/elastic/", false, "https://es1/elastic"],
    ["http://[::1]:80", false, "http://[::1]/"],
    ["[::1]", false, "http://[::1]:9200/"],
  ];
  for (const [host, tls, expected] of hosts) {
    it(`host ${host}${tls ? " with TLS" : ""} is ${expected}`, () => {
      assert.equal(nodeUrl(host, tls).href, expected);
    });
  }

  it("settings that cannot work are refused before anything is sent, without their passwords", async () => {
    const wrong: [Partial<ConnectionSettings>, RegExp][] = [
      [{ hosts: [`http://elastic:${SECRET}@:99999`] }, /no address of a server/],
      [{ hosts: ["ftp://es1"] }, /ftp:\/\/es1: this is no address/],
      [{ tls: { certificateAuthorities: ["/nonexistent/ca.pem"] } }, /ca\.pem: CA certificates cannot be read: ENOENT/],
      [{ tls: { key: "package.json" } }, /must be a PEM file/],
    ];
    for (const [settings, message] of wrong) {
      await assert.rejects(elasticConnection({ hosts: ["es1"], ...settings }), (error: Error) => {
        assert.ok(error instanceof BulkConnectionError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes(SECRET));
        return true;
      });
    }
  });
});
