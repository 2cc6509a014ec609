import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { gunzipSync } from "node:zlib";
import type { StoredTree } from "../../../src/event/value.ts";
import { HttpSender } from "../../../src/pipeline/outputs/http-sender.ts";
import { cipherList } from "../../../src/pipeline/outputs/tls-client-options.ts";
import { Trouble } from "../../../src/pipeline/outputs/trouble.ts";
import type { DeliveryOutcome } from "../../../src/plugin/definitions.ts";
import { makeCertificates } from "../../lumberjack/support.ts";
import { newEvent } from "../../support/run-codec.ts";
import { encodeBatch, findOutput, outputDeliverer, outputEncoder } from "../../support/run-output.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Answers with a status, or does what it likes with the response. */
type Answer =
  | number
  | readonly [status: number, text: string, headers?: Record<string, string>]
  | ((response: ServerResponse) => void);

describe("http output", () => {
  let server: Server;
  let seen: Seen[];
  /** Answers in turn; the last one stays. */
  let answers: Answer[];
  let sockets: number;
  let base: string;

  function serve(made: Server): Promise<void> {
    server = made;
    server.on("connection", () => sockets++);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        seen.push({
          method: request.method ?? "",
          url: request.url ?? "",
          headers: request.headers,
          body: Buffer.concat(parts),
        });
        const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 200;
        if (typeof answer === "function") answer(response);
        else if (typeof answer === "number") response.writeHead(answer).end();
        else response.writeHead(answer[0], answer[2]).end(answer[1]);
      });
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        resolve();
      });
    });
  }

  beforeEach(() => {
    seen = [];
    answers = [200];
    sockets = 0;
    return serve(createServer());
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const quick = "socket_timeout => 2 connect_timeout => 2 request_timeout => 4";

  async function send(
    config: string,
    events: readonly StoredTree[],
    warnings: string[] = [],
  ): Promise<DeliveryOutcome> {
    const whole = `http { ${quick} ${config} }`;
    const deliverer = await outputDeliverer(whole, (message, details) =>
      warnings.push(`${message} ${JSON.stringify(details)}`),
    );
    const batch = encodeBatch(
      outputEncoder(whole),
      events.map((fields, i) => newEvent(i, { ...fields })),
    );
    const outcome = await deliverer.deliver(batch, new AbortController().signal);
    await deliverer.close();
    return outcome;
  }

  const post = (more = ""): string => `url => "${base}/in" http_method => "post" ${more}`;
  const delivered = (count: number): DeliveryOutcome => ({
    delivered: count,
    existing: 0,
    conflicts: 0,
    failureStore: 0,
    rejected: [],
  });
  const texts = (): string[] => seen.map(({ body }) => body.toString());

  describe("sends", () => {
    it("each event as JSON", async () => {
      assert.deepEqual(await send(post(), [{ n: 1 }, { n: 2 }]), delivered(2));
      assert.deepEqual(
        texts().sort(),
        [1, 2].map((n) => `{"n":${n},"@timestamp":"2026-11-22T12:00:00.000Z"}`),
      );
      assert.deepEqual(
        [seen[0]?.method, seen[0]?.url, seen[0]?.headers["content-type"]],
        ["POST", "/in", "application/json"],
      );
    });

    it("url, headers and mapping with fields of the event", async () => {
      await send(
        `url => "${base}/%{service}?n=%{[a][n]}" http_method => "put" headers => { "X-Service" => "%{service}" "x-two" => 2 } ` +
          'mapping => { "text" => "%{message}" "deep" => { "n" => ["%{[a][n]}", "fix"] } "none" => "%{none}" }',
        [{ service: "shop", message: 'say "hi"', a: { n: 5 } }],
      );
      const [one] = seen;
      assert.deepEqual(
        [one?.method, one?.url, one?.headers["x-service"], one?.headers["x-two"]],
        ["PUT", "/shop?n=5", "shop", "2"],
      );
      assert.deepEqual(JSON.parse(String(one?.body)), { text: 'say "hi"', deep: { n: ["5", "fix"] }, none: "%{none}" });
    });

    it("a batch as one array", async () => {
      assert.deepEqual(
        await send(post('format => "json_batch" mapping => { "m" => "%{message}" }'), [
          { message: "a" },
          { message: "b" },
        ]),
        delivered(2),
      );
      assert.deepEqual(texts(), ['[{"m":"a"},{"m":"b"}]']);
    });

    it("forms and messages", async () => {
      await send(post('format => "form" mapping => { "a b" => "%{message}" }'), [{ message: "x&y=ä z" }]);
      await send(post('format => "form"'), [{ o: { a: [1, null] }, "@timestamp": "t" }]);
      await send(post('format => "message" message => "<%{message}>" content_type => "text/x"'), [{ message: "hi" }]);
      const [first, second, third] = texts();
      assert.deepEqual([first, third], ["a+b=x%26y%3D%C3%A4+z", "<hi>"]);
      assert.match(second ?? "", /^o=%7B%22a%22%3D%3E%5B1%2C\+nil%5D%7D&%40timestamp=/);
      assert.deepEqual(
        seen.map(({ headers }) => headers["content-type"]),
        ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded", "text/x"],
      );
    });

    it("compressed", async () => {
      await send(post("http_compression => true"), [{ message: "x" }]);
      assert.equal(seen[0]?.headers["content-encoding"], "gzip");
      assert.match(gunzipSync(seen[0]?.body ?? Buffer.alloc(0)).toString(), /"message":"x"/);
    });

    it("with a login", async () => {
      await send(post('user => "ann" password => "s:1"'), [{}]);
      assert.equal(seen[0]?.headers.authorization, `Basic ${Buffer.from("ann:s:1").toString("base64")}`);
    });

    it("over connections that it uses again, or not", async () => {
      await send(post("pool_max => 1"), [{}, {}, {}]);
      assert.equal(sockets, 1);
      await send(post("pool_max => 1 keepalive => false"), [{}, {}, {}]);
      assert.equal(sockets, 4);
    });

    it("no more requests at a time than it may", async () => {
      let open = 0;
      let most = 0;
      answers = [
        (response) => {
          most = Math.max(most, ++open);
          setTimeout(() => {
            open--;
            response.end();
          }, 5);
        },
      ];
      await send(
        post("pool_max => 3"),
        Array.from({ length: 12 }, () => ({})),
      );
      assert.equal(most, 3);
    });
  });

  describe("when the server refuses", () => {
    it("dead-letters the event with status and answer, and delivers the others", async () => {
      answers = [[404, ` no such\n <b>${"x".repeat(400)}`], 200];
      const { delivered: count, rejected } = await send(post("pool_max => 1"), [{ n: 0 }, { n: 1 }]);
      assert.equal(count, 1);
      assert.equal(rejected[0]?.code, "http_404");
      assert.equal(rejected[0]?.index, 0);
      assert.equal(rejected[0]?.reason, `404: ${`no such <b>${"x".repeat(400)}`.slice(0, 200)}`);
    });

    it("takes codes for success that the user says are", async () => {
      answers = [409];
      assert.deepEqual(await send(post("ignorable_codes => [409]"), [{}]), delivered(1));
    });

    it("tries again after codes that may pass, and says so", async () => {
      answers = [503, [201, ""]];
      const warnings: string[] = [];
      assert.deepEqual(await send(post(), [{}], warnings), delivered(1));
      assert.equal(seen.length, 2);
      assert.match(warnings[0] ?? "", /events cannot be delivered.*127\.0\.0\.1:\d+: 503/);
    });

    it("waits longer from time to time, as long as the server asks, a minute at most", async () => {
      answers = [503, 503, 503, [429, "", { "retry-after": "7" }], [429, "", { "retry-after": "900" }], 200];
      const { request, Agent } = await import("undici");
      const pauses: number[] = [];
      const dispatcher = new Agent();
      const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
      const sender = new HttpSender(
        {
          method: "POST",
          compress: false,
          authorization: undefined,
          followRedirects: true,
          retryFailed: true,
          retryableCodes: new Set([429, 503]),
          ignorableCodes: new Set(),
          automaticRetries: 0,
          retryNonIdempotent: false,
          requestMs: 2000,
          socketMs: 2000,
          most: 1,
        },
        {
          request,
          dispatcher,
          trouble: new Trouble(log, () => 0, "test"),
          random: () => 0.5,
          sleep(milliseconds) {
            pauses.push(milliseconds);
            return Promise.resolve();
          },
        },
      );
      const outcome = await sender.send(
        { url: base, headers: {}, body: Buffer.from("x") },
        new AbortController().signal,
      );
      await dispatcher.close();
      assert.deepEqual(outcome, { taken: true });
      assert.deepEqual(pauses, [750, 3000, 6750, 12_000, 60_000]);
    });

    it("does not try again where told not to", async () => {
      answers = [503];
      const { rejected } = await send(post("retry_failed => false"), [{}]);
      assert.deepEqual([seen.length, rejected[0]?.code], [1, "http_503"]);
    });

    it("has its own codes to try again", async () => {
      answers = [418, 200];
      assert.deepEqual(await send(post("retryable_codes => [418]"), [{}]), delivered(1));
      answers = [503];
      assert.equal((await send(post("retryable_codes => [418]"), [{}])).rejected.length, 1);
    });

    it("halves a batch that is too large until it fits", async () => {
      const most = 2;
      answers = [
        (response) => {
          const sent = (JSON.parse(String(seen.at(-1)?.body)) as { n: number }[]).map(({ n }) => n);
          response.writeHead(sent.includes(3) || sent.length > most ? 413 : 200).end();
        },
      ];
      const { delivered: count, rejected } = await send(
        post('format => "json_batch"'),
        [0, 1, 2, 3, 4].map((n) => ({ n })),
      );
      assert.deepEqual([count, rejected.map(({ index, code }) => [index, code])], [4, [[3, "http_413"]]]);
    });

    it("dead-letters a whole batch that is refused", async () => {
      answers = [[400, "bad"]];
      const { rejected } = await send(post('format => "json_batch"'), [{}, {}]);
      assert.deepEqual(
        rejected,
        [0, 1].map((index) => ({ index, code: "http_400", reason: "400: bad" })),
      );
    });
  });

  describe("redirections", () => {
    it("are followed with method and body, but without the login elsewhere", async () => {
      const elsewhere = `${base.replace("127.0.0.1", "[::ffff:127.0.0.1]")}/else`;
      answers = [[301, "", { location: "/there" }], [308, "", { location: elsewhere }], 200];
      await send(
        post('user => "a" password => "b" headers => { "Cookie" => "c" } format => "message" message => "body"'),
        [{}],
      );
      assert.deepEqual(
        seen.map(({ method, url, body, headers }) => [
          method,
          url,
          String(body),
          headers.authorization !== undefined,
          headers.cookie,
        ]),
        [
          ["POST", "/in", "body", true, "c"],
          ["POST", "/there", "body", true, "c"],
          ["POST", "/else", "body", false, undefined],
        ],
      );
    });

    it("303 is looked up", async () => {
      answers = [[303, "", { location: "/done" }], 200];
      assert.deepEqual(await send(post(), [{}]), delivered(1));
      assert.deepEqual([seen[1]?.method, seen[1]?.url, seen[1]?.body.length], ["GET", "/done", 0]);
    });

    it("are refusals where they are not to be followed, or never end", async () => {
      answers = [[302, "", { location: "/in" }]];
      assert.equal((await send(post("follow_redirects => false"), [{}])).rejected[0]?.code, "http_302");
      assert.equal((await send(post(), [{}])).rejected[0]?.code, "http_302");
    });
  });

  describe("when there is no answer", () => {
    it("tries again until there is one, also where an answer breaks off", async () => {
      const breaksOff: Answer = (response) =>
        response.writeHead(200, { "content-length": 5 }).write("ab", () => response.socket?.destroy());
      answers = [breaksOff, 200];
      assert.deepEqual(await send(post(), [{ n: 1 }]), delivered(1));
      assert.equal(seen.length, 2);
    });

    it("repeats at once what may be repeated, even where failures are final", async () => {
      const drop: Answer = (response) => response.socket?.destroy();
      answers = [drop, 200];
      assert.deepEqual(await send(`url => "${base}" http_method => "put" retry_failed => false`, [{}]), delivered(1));
      answers = [drop, 200];
      const { rejected } = await send(post("retry_failed => false"), [{}]);
      assert.equal(rejected[0]?.code, "UND_ERR_SOCKET");
      answers = [drop, 200];
      assert.deepEqual(await send(post("retry_failed => false retry_non_idempotent => true"), [{}]), delivered(1));
    });

    it("waits no longer than it may", async () => {
      answers = [() => undefined];
      const { rejected } = await send(post("retry_failed => false socket_timeout => 0.05"), [{}]);
      assert.equal(rejected[0]?.code, "UND_ERR_HEADERS_TIMEOUT");
      const drip: Answer = (response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write("x"), 5);
        response.on("close", () => clearInterval(timer));
      };
      answers = [drip];
      const slow = await send(post("retry_failed => false request_timeout => 0.1"), [{}]);
      assert.equal(slow.rejected[0]?.code, "timeout");
    });

    it("holds events until the server is there, and gives them up when the pipeline stops", async () => {
      const config = `http { url => "http://127.0.0.1:1/" http_method => "post" }`;
      const deliverer = await outputDeliverer(config);
      const abort = new AbortController();
      const delivery = deliverer.deliver(encodeBatch(outputEncoder(config), [newEvent()]), abort.signal);
      setTimeout(() => abort.abort(new Error("the pipeline stops")), 50);
      await assert.rejects(delivery, /abort|stops/);
      await deliverer.close();
    });

    it("dead-letters what an event has made impossible", async () => {
      const { rejected } = await send('url => "%{u}" http_method => "post" headers => { "x" => "%{h}" }', [
        { u: "nope" },
        { u: `${base}/`, h: "a\r\nb: c" },
        { u: "ftp://127.0.0.1/" },
      ]);
      assert.deepEqual(
        rejected.map(({ index, code }) => [index, code]),
        [0, 1, 2].map((index) => [index, "bad_request"]),
      );
    });
  });

  it("goes through a proxy, with its login", async () => {
    let asked = "";
    const proxy = createServer();
    proxy.on("connect", (request: IncomingMessage, client: Socket) => {
      asked = `${request.url} ${request.headers["proxy-authorization"]}`;
      const upstream = connect((server.address() as AddressInfo).port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [upstream, client]) socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const outcome = await send(
      `url => "http://antler.test:9999/x" http_method => "post" proxy => "http://me:pw%401@127.0.0.1:${port}"`,
      [{}],
    );
    assert.deepEqual(outcome, delivered(1));
    assert.equal(asked, `antler.test:9999 Basic ${Buffer.from("me:pw@1").toString("base64")}`);
    assert.equal(seen[0]?.headers.host, "antler.test:9999");
    proxy.closeAllConnections();
    proxy.close();
  });

  describe("over TLS", () => {
    let folder: string;
    let client: string | undefined;

    before(function () {
      const made = makeCertificates();
      if (made === undefined) {
        console.warn("      skipped: the openssl command makes the certificates, and there is none");
        this.skip();
      }
      folder = mkdtempSync(join(tmpdir(), "antler-http-output-"));
      writeFileSync(join(folder, "ca.pem"), made.ca);
      writeFileSync(join(folder, "server.pem"), made.server.cert);
      writeFileSync(join(folder, "server.key"), made.server.key);
      writeFileSync(join(folder, "client.pem"), made.client.cert);
      writeFileSync(join(folder, "client.key"), made.client.key);
    });
    after(() => {
      if (folder !== undefined) rmSync(folder, { recursive: true });
    });
    beforeEach(async () => {
      server.close();
      const { ca, server: own } = makeTls();
      const https = createTlsServer({ ...own, ca, requestCert: true, rejectUnauthorized: false });
      https.on("secureConnection", (socket: TLSSocket) => {
        client = socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined;
      });
      https.on("tlsClientError", () => undefined);
      await serve(https as unknown as Server);
      base = base.replace("http:", "https:");
    });

    function makeTls(): { ca: Buffer; server: { cert: Buffer; key: Buffer } } {
      const read = (name: string): Buffer => readIn(folder, name);
      return { ca: read("ca.pem"), server: { cert: read("server.pem"), key: read("server.key") } };
    }

    it("checks the server, and shows its certificate", async () => {
      const files = `ssl_certificate_authorities => "${folder}/ca.pem"`;
      assert.deepEqual(
        await send(post(`${files} ssl_certificate => "${folder}/client.pem" ssl_key => "${folder}/client.key"`), [{}]),
        delivered(1),
      );
      assert.ok(client !== undefined);
      const before = `cacert => "${folder}/ca.pem" client_cert => "${folder}/client.pem" client_key => "${folder}/client.key"`;
      client = undefined;
      assert.deepEqual(await send(post(before), [{}]), delivered(1));
      assert.ok(client !== undefined);
      const { rejected } = await send(post("retry_failed => false"), [{}]);
      assert.match(rejected[0]?.code ?? "", /CERT|SIGNATURE|ISSUER/);
      assert.deepEqual(await send(post('ssl_verification_mode => "none"'), [{}]), delivered(1));
    });

    it("speaks the versions and ciphers that it may", async () => {
      const more =
        'ssl_verification_mode => "none" ssl_supported_protocols => ["TLSv1.2"] ssl_cipher_suites => ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"]';
      let cipher = "";
      (server as unknown as { on(name: string, f: (s: TLSSocket) => void): void }).on("secureConnection", (socket) => {
        cipher = `${socket.getProtocol()} ${socket.getCipher().name}`;
      });
      assert.deepEqual(await send(post(more), [{}]), delivered(1));
      assert.match(cipher, /^TLSv1\.2 ECDHE-(?:RSA|ECDSA)-AES256-GCM-SHA384$/);
    });
  });

  it("knows cipher suites by both their names", () => {
    for (const [name, expected] of [
      ["TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"],
      ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"],
      ["TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"],
      ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE-RSA-AES128-SHA256"],
      ["ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384"],
    ] as const)
      assert.equal(cipherList([name]), expected);
    assert.throws(() => cipherList(["TLS_ROT13"]), /there is no cipher suite "TLS_ROT13" here/);
  });

  it("refuses options that make no sense", () => {
    const check = (options: string) => () => findOutput(`http { http_method => "post" ${options} }`);
    assert.throws(check('url => "example.com"'), /is no HTTP address/);
    assert.throws(check('url => "http://x" format => "message"'), /needs the option message/);
    assert.throws(check('url => "http://%{h}/" format => "json_batch"'), /the url cannot hold a field/);
    assert.throws(check('url => "http://x" retryable_codes => ["many"]'), /many is no status code/);
    assert.throws(check('url => "http://x" user => "a"'), /user and password go together/);
    assert.throws(check('url => "http://x" ssl_key => "/k"'), /ssl_certificate and ssl_key go together/);
    assert.throws(check('url => "http://x" keystore => "/k.jks"'), /CONF010/);
  });
});

function readIn(folder: string, name: string): Buffer {
  return readFileSync(join(folder, name));
}
