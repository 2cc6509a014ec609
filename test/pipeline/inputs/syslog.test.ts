import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import fc from "fast-check";
import type { ObjectValue } from "../../../src/event/value.ts";
import { resolved } from "../../support/resolved.ts";
import { InputHarness } from "./input-harness.ts";

const listening = (config = ""): string => `syslog { host => "127.0.0.1" port => 0 timezone => "UTC" ${config} }`;

async function sendTcp(port: number, ...chunks: (string | Buffer)[]): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  for (const chunk of chunks) socket.write(chunk);
  socket.end();
  socket.resume();
  await once(socket, "close");
}

async function sendUdp(port: number, ...datagrams: (string | Buffer)[]): Promise<void> {
  const socket = createSocket("udp4");
  for (const datagram of datagrams)
    await new Promise<void>((resolve) => socket.send(datagram, port, "127.0.0.1", () => resolve()));
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

describe("input syslog", () => {
  const open: InputHarness[] = [];
  async function start(...given: Parameters<typeof InputHarness.start>): Promise<InputHarness> {
    const harness = await InputHarness.start(...given);
    open.push(harness);
    return harness;
  }
  afterEach(async () => {
    for (const harness of open.splice(0)) await harness.stop();
  });

  /** Documents of these datagrams. */
  async function documents(
    config: string,
    ecs: "v8" | "disabled",
    ...lines: (string | Buffer)[]
  ): Promise<ObjectValue[]> {
    const syslog = await start(listening(config), ecs);
    await sendUdp(syslog.port, ...lines);
    await syslog.count(lines.length);
    return syslog.documents();
  }

  it("has fields of ECS", async () => {
    const line = "<34>Nov 20 07:08:09 gate sshd[812]: failed";
    assert.deepEqual(await documents("", "v8", `${line}\n\0`), [
      {
        "@timestamp": "2026-11-20T07:08:09.000Z",
        message: "failed",
        event: { original: line },
        host: { ip: "127.0.0.1", hostname: "gate" },
        process: { name: "sshd", pid: 812 },
        service: { type: "system" },
        log: {
          syslog: {
            priority: 34,
            facility: { code: 4, name: "security/authorization" },
            severity: { code: 2, name: "Critical" },
          },
        },
      },
    ]);
  });

  it("has its old fields without ECS", async () => {
    const common = {
      message: "failed",
      host: "127.0.0.1",
      logsource: "gate",
      program: "sshd",
      pid: "812",
      priority: 34,
      facility: 4,
      facility_label: "security/authorization",
      severity: 2,
      severity_label: "Critical",
    };
    const [bsd, iso] = await documents(
      "",
      "disabled",
      "<34>Nov 20 07:08:09 gate sshd[812]: failed",
      "<34>2026-11-20T07:08:09Z gate sshd[812]: failed",
    );
    assert.deepEqual(bsd, { "@timestamp": "2026-11-20T07:08:09.000Z", timestamp: "Nov 20 07:08:09", ...common });
    const time = "2026-11-20T07:08:09Z";
    assert.deepEqual(iso, {
      "@timestamp": "2026-11-20T07:08:09.000Z",
      timestamp: time,
      timestamp8601: time,
      ...common,
    });
  });

  it("leaves what is no syslog as it is, tagged", async () => {
    const [text] = await documents("", "v8", "hello <13>there");
    assert.equal(text?.["message"], "hello <13>there");
    assert.deepEqual(text?.["tags"], ["_grokparsefailure_sysloginput"]);
    assert.deepEqual(text?.["log"], {
      syslog: {
        priority: 13,
        facility: { code: 1, name: "user-level" },
        severity: { code: 5, name: "Notice" },
      },
    });
    const [bytes, nameless] = await documents(
      "",
      "disabled",
      Buffer.from([0x3c, 0xff, 0]),
      "<13>Nov 20 07:08:09 --- x",
    );
    assert.deepEqual(bytes?.["tags"], ["_grokparsefailure_sysloginput"]);
    assert.equal(nameless?.["message"], "<13>Nov 20 07:08:09 --- x");
  });

  it("tags times that are none", async () => {
    const [bsd, iso, none] = await documents(
      "",
      "v8",
      "<13>Feb 30 07:08:09 gate x",
      "<13>1 yesterday gate app - - - x",
      "<13>1 - gate app - - - x",
    );
    assert.deepEqual(
      [bsd?.["tags"], iso?.["tags"], none?.["tags"]],
      [["_dateparsefailure"], ["_dateparsefailure"], undefined],
    );
    assert.deepEqual([bsd?.["message"], iso?.["message"]], ["x", "x"]);
  });

  it("reads RFC 5424", async () => {
    const line = '<165>1 2026-11-20T07:08:09.123456+01:00 gate app p7 ID1 [a@1 k="v"][b l="\\]"] \ufeffh\u00e4';
    const [ecs] = await documents("use_labels => false", "v8", line);
    assert.deepEqual(ecs, {
      "@timestamp": ecs?.["@timestamp"] as string,
      message: "h\u00e4",
      event: { original: line },
      host: { ip: "127.0.0.1", hostname: "gate" },
      process: { name: "app" },
      service: { type: "system" },
      log: {
        syslog: {
          priority: 165,
          facility: { code: 20 },
          severity: { code: 5 },
          version: "1",
          msgid: "ID1",
          procid: "p7",
          structured_data: { "a@1": { k: "v" }, b: { l: "]" } },
        },
      },
    });
    assert.match(String(ecs?.["@timestamp"]), /^2026-11-20T06:08:09\.123/);
    const [legacy] = await documents("use_labels => false", "disabled", '<165>1 - gate app 7 - [a k:"v"] x');
    const { "@timestamp": _time, ...fields } = legacy as ObjectValue;
    assert.deepEqual(fields, {
      message: "x",
      host: "127.0.0.1",
      logsource: "gate",
      program: "app",
      pid: "7",
      priority: 165,
      facility: 20,
      severity: 5,
      version: "1",
      structured_data: '[a k:"v"]',
    });
  });

  it("reads times by zone and language, and names by the user's lists", async () => {
    const syslog = await start(
      'syslog { host => "127.0.0.1" port => 0 timezone => "Europe/Berlin" locale => "de_DE" facility_labels => ["a", "b"] severity_labels => ["x"] }',
    );
    await sendUdp(syslog.port, "<8>Okt 20 07:08:09 gate x", "<9>Nov 20 07:08:09 gate x");
    await syslog.count(2);
    assert.deepEqual(syslog.values("@timestamp"), ["2026-10-20T05:08:09.000Z", "2026-11-20T06:08:09.000Z"]);
    assert.deepEqual(syslog.values("[log][syslog][facility][name]"), ["b", "b"]);
    assert.deepEqual(syslog.values("[log][syslog][severity][name]"), ["x", null]);
  });

  it("takes a pattern of the user's", async () => {
    const pattern =
      "<%{POSINT:[log][syslog][priority]:int}>%{NUMBER:[event][sequence]:int}: %{SYSLOGTIMESTAMP:timestamp}: %{GREEDYDATA:message}";
    const [cisco, other] = await documents(
      `grok_pattern => "${pattern}"`,
      "v8",
      "<189>45: Nov 20 07:08:09: %SYS-5: up",
      "<189>Nov 20 07:08:09 gate x",
    );
    assert.equal(cisco?.["message"], "%SYS-5: up");
    assert.equal(cisco?.["@timestamp"], "2026-11-20T07:08:09.000Z");
    assert.equal(cisco?.["timestamp"], undefined);
    assert.deepEqual(cisco?.["event"], { original: "<189>45: Nov 20 07:08:09: %SYS-5: up", sequence: 45 });
    assert.deepEqual(other?.["tags"], ["_grokparsefailure_sysloginput"]);
  });

  it("reads the field that a codec makes", async () => {
    const pattern = "<%{POSINT:priority}>%{SYSLOGTIMESTAMP:timestamp} %{SYSLOGHOST:logsource}";
    const [one] = await documents(
      `codec => json syslog_field => "raw" grok_pattern => "${pattern}"`,
      "disabled",
      '{"raw":"<13>Nov 20 07:08:09 gate","message":"m","host":"h"}',
    );
    assert.equal(one?.["logsource"], "gate");
    assert.equal(one?.["message"], "m");
    assert.equal(one?.["host"], "127.0.0.1");
    assert.equal(one?.["@timestamp"], "2026-11-20T07:08:09.000Z");
  });

  it("does as Logstash's pattern does, with lines of RFC 3164", async function () {
    this.timeout(20_000);
    const host = fc.constantFrom("gate ", "10.0.0.7 ", "2001:db8::7 ", "web-1.example.org ", "");
    const program = fc.constantFrom(
      "cron: ",
      "su[7]: ",
      "a/b[12]: ",
      "%ASA-6-1: ",
      "a:b: ",
      "su[x]: ",
      "",
      "su:",
      "x y: ",
    );
    const time = fc.constantFrom(
      "Nov 20 07:08:09 ",
      "Nov  2 07:08:09 ",
      "2026-11-20T07:08:09.5Z ",
      "Nox 20 07:08:09 ",
      "Nov 20 7:8 ",
    );
    const text = fc.constantFrom("hello", "two words", "it's: [1]", "\u00e4 \ud83d\ude00", "a\nb", "x");
    const line = fc
      .tuple(
        fc.nat(191).map((n) => `<${n + 1 > 191 ? 1 : n + 1}>`),
        time,
        host,
        program,
        text,
      )
      .map((parts) => parts.join(""));
    const lines = fc.sample(line, { numRuns: 200, seed: 5 });
    const patterns = {
      v8: "<%{POSINT:[log][syslog][priority]:int}>%{SYSLOGLINE}",
      disabled: "<%{POSINT:priority}>%{SYSLOGLINE}",
    };
    for (const ecs of ["v8", "disabled"] as const) {
      const own = await start(listening(), ecs);
      const grok = await start(listening(`grok_pattern => "${patterns[ecs]}"`), ecs);
      for (const syslog of [own, grok])
        await sendTcp(syslog.port, ...lines.map((one) => `${Buffer.byteLength(one)} ${one}`));
      await own.count(lines.length);
      await grok.count(lines.length);
      for (const [i, one] of own.documents().entries()) assert.deepEqual(one, grok.documents()[i], lines[i] as string);
    }
  });

  it("listens for TCP and UDP on one port", async () => {
    const syslog = await start(listening());
    await sendUdp(syslog.port, "<13>Nov 20 07:08:09 gate udp");
    await sendTcp(
      syslog.port,
      "<13>Nov 20 07:08:09 gate tcp\n30 <13>Nov 20 07:08:09 gate co",
      "unt<13>Nov 20 07:08:09 gate last",
    );
    await syslog.count(4);
    assert.deepEqual([...(syslog.messages as string[])].sort(), ["count", "last", "tcp", "udp"]);
    assert.deepEqual(new Set(syslog.values("[host][ip]")), new Set(["127.0.0.1"]));
  });

  it("takes clients' addresses from PROXY headers", async () => {
    const syslog = await start(listening("proxy_protocol => true"));
    await sendTcp(syslog.port, "PROXY TCP4 192.0.2.7 198.51.100.1 40000 514\r\n<13>Nov 20 07:08:09 gate x\n");
    await sendTcp(syslog.port, "<13>Nov 20 07:08:09 gate y\n");
    await syslog.count(1);
    await syslog.until(() => syslog.warnings.length === 1);
    assert.deepEqual(syslog.values("[host][ip]"), ["192.0.2.7"]);
    assert.equal(syslog.events.length, 1);
  });

  it("says that the port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await assert.rejects(InputHarness.start(`syslog { host => "127.0.0.1" port => ${port} }`), /cannot listen on TCP/);
    server.close();
  });

  it("checks its options", () => {
    for (const [config, message] of [
      ['grok_pattern => "%{NOSUCH:x}"', /NOSUCH/],
      ['timezone => "Mars/North"', /Mars\/North/],
      ['locale => "no language"', /is no language/],
    ] as const)
      assert.throws(() => resolved(`input { syslog { ${config} } } output { }`), message);
  });
});
