import assert from "node:assert/strict";
import iconv from "iconv-lite";
import { lineEncoding } from "../../src/tail/encoding.ts";

/** Filebeat's names, with a text that the encoding has, and what iconv-lite calls it. */
const CASES: readonly (readonly [name: string, text: string, iconvName?: string])[] = [
  ...["big5", "gb18030", "gbk"].map((name) => [name, "中文 x"] as const),
  ...["euc-jp", "shift-jis"].map((name) => [name, "日本 カナ"] as const),
  ["euc-kr", "한국"],
  ...["iso8859-1", "iso8859-9", "iso8859-14", "iso8859-15", "windows1252", "windows1254", "windows1258"].map(
    (name) => [name, "façade é"] as const,
  ),
  ...["cp437", "cp850", "cp858", "cp863", "cp865", "macintosh"].map((name) => [name, "é ç"] as const),
  ...["iso8859-2", "iso8859-16", "windows1250", "cp852"].map((name) => [name, "ăî"] as const),
  ["cp860", "ã ç"],
  ["iso8859-3", "ĝ"],
  ...["iso8859-4", "iso8859-10", "iso8859-13", "windows1257"].map((name) => [name, "ų"] as const),
  ...["iso8859-5", "cp855", "cp866", "koi8r", "koi8u", "windows1251"].map((name) => [name, "Журнал"] as const),
  ["macintosh-cyrillic", "Журнал", "maccyrillic"],
  ["iso8859-6", "سجل"],
  ["iso8859-6e", "سجل", "iso8859-6"],
  ["iso8859-6i", "سجل", "iso8859-6"],
  ["windows1256", "سجل"],
  ...["iso8859-7", "windows1253"].map((name) => [name, "λόγος"] as const),
  ...["iso8859-8", "iso8859-8e", "iso8859-8i", "windows1255", "cp862"].map((name) => [name, "יומן"] as const),
  ["windows874", "ไทย"],
];

describe("encodings of files", () => {
  for (const [name, text, iconvName = name] of CASES) {
    it(`${name}: a line is read as it was written`, () => {
      const encoding = lineEncoding(name, new Uint8Array());
      const line = iconv.encode(`${text}\r\n`, iconvName);
      assert.equal(encoding.lineEnd(line, 0, line.length, 0), line.length);
      assert.deepEqual(encoding.decode(line, false), { bytes: Buffer.from(text), invalid: false });
    });
  }

  it("iso-2022-jp: a line is read alone", () => {
    const line = Buffer.from("a \x1b$BF|K\\\x1b(B b\n", "latin1");
    const encoding = lineEncoding("iso-2022-jp", new Uint8Array());
    assert.equal(encoding.lineEnd(line, 0, line.length, 0), line.length);
    assert.equal(encoding.decode(line, false).bytes.toString(), "a 日本 b");
  });

  for (const name of ["ebcdic-037", "ebcdic-1047", "cp1047", "ibm1140", "hz-gb-2312", "utf-32", "utf-7"])
    it(`${name} is refused, with the reason`, () => {
      assert.throws(() => lineEncoding(name, new Uint8Array()), new RegExp(`encoding "${name}" is not read: `));
    });
});
