import assert from "node:assert/strict";
import type { Event } from "../../../src/event/event.ts";
import { TextSlice } from "../../../src/event/lazy-value.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import { charsetDecoder } from "../../../src/pipeline/codecs/charset.ts";
import { plain } from "../../../src/pipeline/codecs/plain.ts";
import { decode, document, encode, settingsOf } from "./support.ts";

describe("plain codec", () => {
  it("makes the text the message, and with ECS the original too", () => {
    const [event] = decode(plain, {}, "Grüße, 世界");
    assert.deepEqual(document(event), { message: "Grüße, 世界", event: { original: "Grüße, 世界" } });
    const [older] = decode(plain, {}, "hello", { ecs: "disabled" });
    assert.deepEqual(document(older), { message: "hello" });
  });

  it("leaves the text in the batch's bytes; message and original are one slice", () => {
    const [event] = decode(plain, {}, "hello");
    const { message, event: own } = (event as Event).fields as { message: unknown; event: { original: unknown } };
    assert.ok(message instanceof TextSlice);
    assert.equal(own.original, message);
  });

  it("keeps the fields that the source gave, and an original that there is", () => {
    const [beside] = decode(plain, {}, "x", { fields: { event: { dataset: "nginx.access" } } });
    assert.deepEqual(document(beside), { event: { dataset: "nginx.access", original: "x" }, message: "x" });
    const [kept] = decode(plain, {}, "x", { fields: { event: { original: "earlier" } } });
    assert.deepEqual(document(kept), { event: { original: "earlier" }, message: "x" });
  });

  const texts: [string, number[], string][] = [
    ["ISO-8859-1", [0x47, 0x72, 0xfc, 0xdf, 0x65], "Grüße"],
    ["CP1252", [0x80, 0x20, 0x35], "€ 5"],
    ["windows-1251", [0xcc, 0xe8, 0xf0], "Мир"],
    ["IBM437", [0x81, 0x84], "üä"],
    ["Shift_JIS", [0x93, 0xfa, 0x96, 0x7b], "日本"],
    ["Windows-31J", [0x87, 0x40], "①"],
    ["EUC-JP", [0xc6, 0xfc, 0xcb, 0xdc], "日本"],
    ["GB18030", [0xd6, 0xd0], "中"],
    ["Big5", [0xa4, 0xa4], "中"],
    ["UTF-16LE", [0x48, 0x00, 0x69, 0x00], "Hi"],
    ["UTF-16BE", [0x00, 0x48, 0x00, 0x69], "Hi"],
    ["ASCII-8BIT", [0xe9], "é"],
  ];
  for (const [charset, bytes, expected] of texts) {
    it(`reads ${charset}`, () => {
      const [event] = decode(plain, { charset }, Uint8Array.from(bytes));
      assert.deepEqual(document(event), { message: expected, event: { original: expected } });
    });
  }

  it("tells inputs that its record is the message only where it is UTF-8", () => {
    const host = { ecs: "v8" } as never;
    assert.equal(plain.decoder?.(settingsOf(plain, {}), host).isPlain, true);
    assert.equal(plain.decoder?.(settingsOf(plain, { charset: "CP1252" }), host).isPlain, false);
  });

  it("knows every charset of Logstash that people have, and says when it does not know one", () => {
    for (const name of ["UTF-8", "US-ASCII", "locale", "BINARY", "KOI8-R", "CP850", "macRoman", "eucJP-ms", "UTF-32LE"])
      assert.doesNotThrow(() => charsetDecoder(name), name);
    const [problem] = plain.check?.(settingsOf(plain, { charset: "UTF-9" }), "v8") ?? [];
    assert.equal(problem?.option, "charset");
    assert.match(problem?.message ?? "", /"UTF-9" is not known/);
  });

  it("writes by a format, nothing after it", () => {
    const event = { host: { name: "web-1" }, message: "hi", n: 5 };
    const format = "%{[host][name]}: %{message} %{n} %{none};";
    assert.equal(encode(plain, { format }, event, event), "web-1: hi 5 %{none};web-1: hi 5 %{none};");
  });

  it("writes time, host and message as Logstash does without a format", () => {
    const time = new Timestamp(Date.UTC(2026, 10, 22, 10));
    assert.equal(
      encode(plain, {}, { "@timestamp": time, host: { name: "web-1", ip: ["::1", "10.0.0.1"] }, message: "hi" }),
      "2026-11-22T10:00:00.000Z {name=web-1, ip=[::1, 10.0.0.1]} hi",
    );
    assert.equal(encode(plain, {}, { "@timestamp": time, host: "web-1" }), "2026-11-22T10:00:00.000Z web-1 %{message}");
    assert.equal(encode(plain, {}, { message: "hi" }), "%{host} hi");
  });
});
