import assert from "node:assert/strict";
import fc from "fast-check";
import { addressSpan, FIRST_ADDRESS, isAddressIn, LAST_ADDRESS, nextAddress } from "../../src/store/address-match.ts";
import { conditionTester } from "./condition-tester.ts";

const V4 = "00000000000000000000ffff";
const SPANS: readonly (readonly [text: string, from: string, to: string])[] = [
  ["10.1.2.3", `${V4}0a010203`, `${V4}0a010203`],
  ["10.1.2.3/8", `${V4}0a000000`, `${V4}0affffff`],
  ["10.1.2.3/32", `${V4}0a010203`, `${V4}0a010203`],
  ["10.1.2.3/0", `${V4}00000000`, `${V4}ffffffff`],
  ["::1", "00000000000000000000000000000001", "00000000000000000000000000000001"],
  ["2001:DB8::/32", "20010db8000000000000000000000000", "20010db8ffffffffffffffffffffffff"],
  ["2001:db8:0:0:0:0:0:1", "20010db8000000000000000000000001", "20010db8000000000000000000000001"],
  ["::ffff:10.1.2.3", `${V4}0a010203`, `${V4}0a010203`],
  ["64:ff9b::192.0.2.33", "0064ff9b0000000000000000c0000221", "0064ff9b0000000000000000c0000221"],
  ["::/0", FIRST_ADDRESS, LAST_ADDRESS],
];
const NONE = [
  "",
  "10",
  "10.1.2",
  "10.1.2.3.4",
  "10.1.2.256",
  "10.1.2.3/33",
  "10.1.2.3/",
  "10.1.2.3/8/8",
  "10.1.2.3/a",
  "::1/129",
  ":::",
  "g::1",
  "host",
  "::ffff:10.0.0.0/120",
];

const octet = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 9, 10, 99, 100, 127, 128, 255));
const v4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
const group = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0, 0, 1, 0xffff));
/** An IPv6 address in one of the ways in which it can be written. */
const v6 = fc.tuple(fc.array(group, { minLength: 8, maxLength: 8 }), fc.nat(), fc.nat(3)).map(([groups, cut, form]) => {
  const hex = groups.map((part) => part.toString(16));
  if (form === 0) return hex.map((part) => part.padStart(4, "0")).join(":");
  if (form === 1) return hex.join(":").toUpperCase();
  const start = cut % 7;
  const short = `${hex.slice(0, start).join(":")}::${hex.slice(start + 2).join(":")}`;
  if (form === 2) return short;
  const [a, b] = groups.slice(6) as [number, number];
  return `${hex.slice(0, 6).join(":")}:${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
});
const mapped = v4.map((address) => `::ffff:${address}`);
const address = fc.oneof(v4, v4, v6, mapped);
const network = fc
  .tuple(address, fc.nat(128))
  .map(([text, length]) => `${text}/${text.includes(":") ? length : length % 33}`);
const noAddress = fc.oneof(
  fc.constantFrom(...NONE, "1.2.3.4 ", "01.2.3.4x", "1:2", "::12345", "1.2.3.4:80", "a:b:c"),
  fc.string({ maxLength: 12 }),
);

describe("addresses", function () {
  this.timeout(60_000);

  for (const [text, from, to] of SPANS) it(text, () => assert.deepEqual(addressSpan(text), { from, to }));
  for (const text of NONE) it(`${JSON.stringify(text)} is none`, () => assert.equal(addressSpan(text), undefined));

  it("have neighbours but at the ends", () => {
    assert.equal(nextAddress(`${V4}00ffffff`, 1), `${V4}01000000`);
    assert.equal(nextAddress(`${V4}00000000`, -1), "00000000000000000000fffeffffffff");
    assert.equal(nextAddress(FIRST_ADDRESS, -1), undefined);
    assert.equal(nextAddress(LAST_ADDRESS, 1), undefined);
  });

  it("are found by the store as they are ordered, however they are written", async () => {
    const tester = await conditionTester();
    try {
      const texts = fc.array(fc.oneof(address, address, noAddress), { minLength: 30, maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(texts, fc.oneof(address, network), address, async (values, asked, bound) => {
          const upwards = { from: addressSpan(bound)?.from as string, to: LAST_ADDRESS };
          for (const span of [addressSpan(asked), upwards, { from: FIRST_ADDRESS, to: upwards.from }]) {
            if (span === undefined) continue;
            const expected = values.filter((value) => {
              const digits = value.includes("/") ? undefined : addressSpan(value)?.from;
              return digits !== undefined && digits >= span.from && digits <= span.to;
            });
            assert.deepEqual(await tester.matching(values, isAddressIn("v", span)), expected, `${asked} ${bound}`);
          }
        }),
        { numRuns: 20 },
      );
    } finally {
      tester.close();
    }
  });
});
