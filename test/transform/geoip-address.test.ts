import assert from "node:assert/strict";
import { isIPv6 } from "node:net";
import fc from "fast-check";
import { isPublicAddress, parseAddress } from "../../src/transform/geoip-address.ts";

describe("addresses to look up", () => {
  const rows: [text: string, version: 4 | 6, spelt: string][] = [
    ["8.8.8.8", 4, "8.8.8.8"],
    ["2607:f0d0:1002:51::4", 6, "2607:f0d0:1002:51:0:0:0:4"],
    ["::1", 6, "0:0:0:0:0:0:0:1"],
    ["::", 6, "0:0:0:0:0:0:0:0"],
    ["2001:db8::", 6, "2001:db8:0:0:0:0:0:0"],
    ["2001:DB8:0:0:1::1", 6, "2001:db8:0:0:1:0:0:1"],
    ["fe80::1%eth0", 6, "fe80:0:0:0:0:0:0:1"],
    ["[2001:db8::1]", 6, "2001:db8:0:0:0:0:0:1"],
    ["::ffff:93.184.216.34", 4, "93.184.216.34"],
    ["::ffff:5db8:d822", 4, "93.184.216.34"],
    ["64:ff9b::93.184.216.34", 6, "64:ff9b:0:0:0:0:5db8:d822"],
  ];
  for (const [text, version, spelt] of rows) {
    it(`reads ${text}`, () => assert.deepEqual(parseAddress(text), { version, text: spelt }));
  }

  for (const text of [
    "",
    "-",
    "N/A",
    "example.com",
    "1.2.3",
    "1.2.3.4, 5.6.7.8",
    " 8.8.8.8",
    "[8.8.8.8]",
    "[",
    "1::2::3",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseAddress(text), undefined));
  }

  it("reads whatever IPv6 address there is, into one that says the same", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = parseAddress(text);
        assert.ok(address !== undefined);
        if (address.version === 4) return;
        assert.ok(isIPv6(address.text));
        assert.equal(address.text.split(":").length, 8);
        assert.deepEqual(parseAddress(address.text), address);
        assert.equal(new URL(`http://[${address.text}]/`).hostname, new URL(`http://[${text}]/`).hostname);
      }),
    );
  });

  const isPublic = (text: string): boolean => isPublicAddress(parseAddress(text) ?? assert.fail(text));

  it("tells addresses that can be somewhere", () => {
    for (const text of [
      "8.8.8.8",
      "1.1.1.1",
      "172.15.255.255",
      "172.32.0.0",
      "192.167.0.1",
      "223.255.255.255",
      "2a00::1",
      "2001:db9::",
    ])
      assert.ok(isPublic(text), text);
  });

  it("tells addresses that are nobody's place", () => {
    const v4 =
      "0.1.2.3 10.1.2.3 100.64.0.1 127.0.0.1 169.254.1.1 172.16.0.1 172.31.255.255 192.0.2.1 192.168.1.1 198.51.100.7 203.0.113.9";
    const v6 = ":: ::1 fe80::1 fc00::1 fd12::1 ff02::1 2001:db8::1 64:ff9b::808:808 ::ffff:10.0.0.1";
    for (const text of [...v4.split(" "), "224.0.0.1", "255.255.255.255", ...v6.split(" ")])
      assert.ok(!isPublic(text), text);
  });
});
