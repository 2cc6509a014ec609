import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FilterSession } from "../../support/filter-session.ts";

/** What the server knows: `A name`, `AAAA name` or `PTR name`; "silence" gives no answer. */
const RECORDS: Readonly<Record<string, string>> = {
  "A www.example.test": "192.0.2.10",
  "A short.example.test": "192.0.2.11",
  "AAAA six.example.test": "20010db8000000000000000000000001",
  "PTR 10.2.0.192.in-addr.arpa": "www.example.test",
  "A slow.example.test": "silence",
};
const TYPES: Readonly<Record<number, string>> = { 1: "A", 12: "PTR", 28: "AAAA" };

/** A name server on loopback, in as much of RFC 1035 as its questions need. */
class NameServer {
  readonly questions: string[] = [];
  readonly #socket: Socket = createSocket("udp4");

  listen(): Promise<number> {
    this.#socket.on("message", (packet, { port, address }) => {
      const { name, end } = readName(packet, 12);
      const type = packet.readUInt16BE(end);
      const key = `${TYPES[type]} ${name}`;
      this.questions.push(key);
      const record = RECORDS[key];
      if (record === "silence") return;
      this.#socket.send(answer(packet, end + 4, type, record), port, address);
    });
    return new Promise((resolve) => this.#socket.bind(0, "127.0.0.1", () => resolve(this.#socket.address().port)));
  }

  close(): void {
    this.#socket.close();
  }
}

function readName(packet: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  while (packet[at] !== 0) {
    const length = packet[at] as number;
    labels.push(packet.toString("latin1", at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  return { name: labels.join("."), end: at + 1 };
}

function answer(question: Buffer, end: number, type: number, record: string | undefined): Buffer {
  const head = Buffer.from(question.subarray(0, end));
  // An answer; NXDOMAIN where there is no record.
  head.writeUInt16BE(record === undefined ? 0x8183 : 0x8180, 2);
  head.writeUInt16BE(record === undefined ? 0 : 1, 6);
  head.writeUInt16BE(0, 10);
  if (record === undefined) return head;
  const data =
    type === 1
      ? Buffer.from(record.split(".").map(Number))
      : type === 28
        ? Buffer.from(record, "hex")
        : encodeName(record);
  const tail = Buffer.alloc(12);
  tail.writeUInt16BE(0xc00c, 0);
  tail.writeUInt16BE(type, 2);
  tail.writeUInt16BE(1, 4);
  tail.writeUInt32BE(60, 6);
  tail.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, tail, data]);
}

function encodeName(name: string): Buffer {
  const labels = name.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  return Buffer.concat([...labels, Buffer.from([0])]);
}

describe("dns filter", function () {
  this.timeout(20_000);
  let server: NameServer;
  let address = "";

  beforeEach(async () => {
    server = new NameServer();
    address = `127.0.0.1:${await server.listen()}`;
  });
  afterEach(() => server.close());

  const session = (options: string): FilterSession =>
    new FilterSession(`filter { dns { nameserver => "${address}" timeout => 0.3 ${options} } }`);

  it("replaces a name by its address, and an address by its name", async () => {
    const [one] = await session('resolve => ["host"] action => "replace" add_tag => ["found"]').send({
      host: "www.example.test",
    });
    assert.deepEqual([one?.fields["host"], one?.fields["tags"]], ["192.0.2.10", ["found"]]);
    const [two] = await session('reverse => ["[source][ip]"] action => "replace"').send({
      source: { ip: "192.0.2.10" },
    });
    assert.deepEqual(two?.toObject()["source"], { ip: "www.example.test" });
  });

  it("appends where nothing else is said, and asks for IPv6 where there is no IPv4", async () => {
    const [one] = await session('resolve => ["host"]').send({ host: "six.example.test" });
    assert.deepEqual(one?.toObject()["host"], ["six.example.test", "2001:db8::1"]);
  });

  it("leaves what is not known and what is no address; what is absent matches, as in Logstash", async () => {
    const [one, two, three] = await session('resolve => ["host"] add_tag => ["found"]').send(
      { host: "nobody.example.test" },
      { host: 5 },
      { other: "x" },
    );
    assert.deepEqual(
      [one, two, three].map((event) => event?.fields["tags"]),
      [undefined, undefined, ["found"]],
    );
    const [four] = await session('reverse => ["ip"]').send({ ip: "no address" });
    assert.equal(four?.fields["ip"], "no address");
    assert.equal(server.questions.filter((key) => key.startsWith("PTR")).length, 0);
  });

  it("does both in one filter, names first; a list of several stops it", async () => {
    const filter = session('resolve => ["host"] reverse => ["ip"] action => "replace" add_tag => ["found"]');
    const [both, several] = await filter.send(
      { host: "www.example.test", ip: "192.0.2.10" },
      { host: ["www.example.test", "short.example.test"], ip: "192.0.2.10" },
    );
    assert.deepEqual([both?.fields["host"], both?.fields["ip"]], ["192.0.2.10", "www.example.test"]);
    assert.deepEqual([several?.fields["ip"], several?.fields["tags"]], ["192.0.2.10", undefined]);
  });

  it("refuses servers that make no sense", () => {
    for (const wrong of [
      '{ "search" => "x" }',
      '{ "address" => "127.0.0.1" "ndots" => 0 }',
      '{ "address" => "127.0.0.1" "port" => 5 }',
    ])
      assert.throws(() => new FilterSession(`filter { dns { resolve => ["host"] nameserver => ${wrong} } }`), wrong);
  });

  it("tags when nobody answers in time, having asked again as often as told", async () => {
    const [event] = await session('resolve => ["host"] max_retries => 1 tag_on_timeout => ["late"]').send({
      host: "slow.example.test",
    });
    assert.deepEqual(event?.fields["tags"], ["late"]);
    assert.equal(server.questions.filter((key) => key === "A slow.example.test").length, 2);
  });

  it("asks the same question at the same time once, and keeps answers as told", async () => {
    const events = Array.from({ length: 20 }, () => ({ host: "www.example.test" }));
    const plain = session('resolve => ["host"] action => "replace"');
    await plain.send(...events);
    assert.equal(server.questions.length, 1);
    await plain.send({ host: "www.example.test" });
    assert.equal(server.questions.length, 2);
    const kept = session(
      'resolve => ["host"] action => "replace" hit_cache_size => 10 hit_cache_ttl => 60 failed_cache_size => 10',
    );
    await kept.send({ host: "www.example.test" }, { host: "nobody.example.test" });
    const asked = server.questions.length;
    const [again] = await kept.send({ host: "www.example.test" }, { host: "nobody.example.test" });
    assert.equal(again?.fields["host"], "192.0.2.10");
    assert.equal(server.questions.length, asked);
    kept.now += 61_000;
    await kept.send({ host: "www.example.test" });
    assert.equal(server.questions.length, asked + 1);
  });

  it("tries domains behind short names, and files first", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-dns-"));
    try {
      const hosts = join(folder, "hosts");
      writeFileSync(hosts, "# ours\n192.0.2.77 db.internal db # the database\nnonsense\n");
      const filter = new FilterSession(`filter { dns {
        nameserver => { "address" => ["${address}"] "search" => ["example.test"] }
        hostsfile => ["${hosts}"] resolve => ["host"] action => "replace"
      } }`);
      const [short, file] = await filter.send({ host: "short" }, { host: "DB" });
      assert.deepEqual([short?.fields["host"], file?.fields["host"]], ["192.0.2.11", "192.0.2.77"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
