import assert from "node:assert/strict";
import { GrokLibrary } from "../../../src/language/grok/library.ts";
import { compileGrok } from "../../../src/language/grok/matcher.ts";

const libraries = { v1: new GrokLibrary("v1"), disabled: new GrokLibrary("disabled") };

/** What the pattern finds in the text, whole. */
function found(pattern: string, text: string): string | undefined {
  return compileGrok(pattern, libraries.v1, { namedCapturesOnly: true }).match(text)?.[0];
}

/** Fields that a pattern captures; several captures of a name as a list. */
function fieldsOf(ecs: "v1" | "disabled", pattern: string, text: string): Record<string, unknown> | undefined {
  const matcher = compileGrok(pattern, libraries[ecs], { namedCapturesOnly: true });
  const match = matcher.match(text);
  if (match === null) return undefined;
  const fields: Record<string, unknown> = {};
  for (const { name, type, groups } of matcher.captures) {
    const values = groups.map((group) => match[group]).filter((value) => value !== undefined && value !== "");
    if (values.length > 0) fields[name] = type === "string" ? values.join("|") : Number(values[0]);
  }
  return fields;
}

/** Name; texts that it matches from end to end; texts that it does not. */
const WHOLE: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["USERNAME", ["ann", "web-01.svc_x"], ["", "a b"]],
  [
    "EMAILADDRESS",
    ["ann.lee+logs@mail.example.org", "o'neil@example.com"],
    ["ann@", `${"a".repeat(65)}@example.org`, ".a@x.y"],
  ],
  ["INT", ["0", "-17", "+4"], ["", "1.5", "a"]],
  ["NUMBER", ["0", "-1.25", ".5", "+10"], ["1.", "1.2.3", "--1"]],
  ["BASE16NUM", ["0xFF", "dead01", "-0x1f"], ["0xg", "x1"]],
  ["BASE16FLOAT", ["0xA.8", "1f"], ["g"]],
  ["POSINT", ["1", "90"], ["0", "01", "-1"]],
  ["NONNEGINT", ["0", "007"], ["-1", "1a"]],
  ["WORD", ["abc_1"], ["a-b", ""]],
  ["NOTSPACE", ["a/b?c"], ["a b"]],
  ["QS", ['"say \\"hi\\""', "'a b'", "``", '""'], ['"open', "plain", '"a"b"']],
  ["UUID", ["0b9f1f5e-8f0c-4b2e-9d7c-0f5a7e6d1c2b"], ["0b9f1f5e8f0c4b2e9d7c0f5a7e6d1c2b"]],
  ["URN", ["urn:isbn:0451450523", "urn:ietf:rfc:8141?=x"], ["urn:isbn:", "urn:-x:y", "urn:a:%zz"]],
  ["MAC", ["00:1b:44:11:3a:b7", "00-1B-44-11-3A-B7", "001b.4411.3ab7"], ["00:1b:44:11:3a", "001b:4411:3ab7"]],
  ["IPV4", ["192.0.2.1", "255.255.255.255", "0.0.0.0"], ["256.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.1234"]],
  [
    "IPV6",
    [
      "::",
      "::1",
      "fe80::1%eth0",
      "2001:db8:0:1:2:3:4:5",
      "::ffff:192.0.2.128",
      "2001:db8::",
      "1::2:3",
      "1:2:3:4:5:6:192.0.2.1",
      "1:2:3:4:5:6:7::",
    ],
    ["1:2", "2001:db8:::1", "1:2:3:4:5:6:7:8:9", "::192.0.2.999", "12345::", "1::2::3"],
  ],
  ["IP", ["192.0.2.1", "2001:db8::7"], ["host"]],
  ["HOSTNAME", ["db-1.internal.example.org", "localhost", "example.org."], ["-a", "a..b", `${"a".repeat(64)}`]],
  ["HOSTPORT", ["db.example.org:5432", "192.0.2.1:80"], ["db.example.org", "a:0"]],
  [
    "UNIXPATH",
    ["/", "/var/log/nginx/access.log", "//a", "/a\\ b", "/home/jürgen/写真.jpg"],
    ["var/log", "/a b", "/a\\"],
  ],
  ["WINPATH", ["C:\\Logs\\app 1.log", "\\\\srv\\share"], ["/var", "C:", "a\\b"]],
  ["PATH", ["/etc/hosts", "D:\\x"], ["etc"]],
  ["TTY", ["/dev/pts/0", "/dev/tty1", "/dev/ttyS0"], ["/dev/sda"]],
  [
    "URI",
    ["https://ann:secret@shop.example.org:8443/cart/1?id=2&x[]=3", "ldap://localhost"],
    ["shop.example.org/cart", "://x"],
  ],
  ["URIPATHPARAM", ["/search?q=a%20b&page=2", "/"], ["search"]],
  ["URIPARAM", ["?a=1&b=;c"], ["a=1"]],
  ["MONTH", ["Jan", "january", "Sept", "Mai", "M\u00e4rz", "Okt", "December", "Dez"], ["Janua", "Foo"]],
  ["MONTHNUM", ["1", "09", "12"], ["0", "13"]],
  ["MONTHDAY", ["1", "09", "31"], ["0", "32"]],
  ["DAY", ["Mon", "Thursday"], ["Thurs"]],
  ["YEAR", ["26", "2026"], ["1", "202", "20261"]],
  ["TIME", ["23:59:60", "00:00:01.123456", "10:11:12,999"], ["24:00:00", "12:60:00", "1", "7:05"]],
  ["DATE", ["12/31/2026", "31.12.2026", "31-12-26"], ["2026-12-31", "32/32/2026"]],
  ["DATESTAMP", ["31.12.2026 23:59:59", "12/31/26-10:00:00"], ["31.12.2026"]],
  [
    "TIMESTAMP_ISO8601",
    ["2026-11-12T13:45:07Z", "2026-11-12 13:45:07,123", "2026-11-12T13:45+01:00", "2026-11-12T134507.5-0330"],
    ["2026-13-12T13:45:07Z", "2026-11-12", "2026-11-12T13:45:07 Z"],
  ],
  ["DATESTAMP_RFC822", ["Thu Nov 12 2026 13:45:07 UTC"], ["Thu Nov 12 13:45:07 UTC 2026"]],
  ["DATESTAMP_RFC2822", ["Thu, 12 Nov 2026 13:45:07 +0100"], ["Thu 12 Nov 2026 13:45:07 +0100"]],
  ["DATESTAMP_OTHER", ["Thu Nov 12 13:45:07 UTC 2026"], ["Thu Nov 12 2026 13:45:07 UTC"]],
  ["DATESTAMP_EVENTLOG", ["20261112134507.000000"], ["2026-11-12"]],
  ["HTTPDATE", ["12/Nov/2026:13:45:07 +0000"], ["12/11/2026:13:45:07 +0000", "12/Nov/2026 13:45:07"]],
  ["SYSLOGTIMESTAMP", ["Nov 12 13:45:07", "Nov  1 03:45:07"], ["11 12 13:45:07"]],
  ["PROG", ["postfix/smtpd", "cron"], ["cron[1]", "a b"]],
  [
    "LOGLEVEL",
    ["warn", "Warning", "INFO", "ERR", "Critical", "emerg", "SEVERE", "information", "INF", "War"],
    ["wArN", "verbose"],
  ],
  ["JAVACLASS", ["org.example.app.Main$Inner", "Main"], ["1org.Main", "org..Main"]],
  ["JAVATHREAD", ["TP-Processor7"], ["tp-7"]],
];

describe("grok patterns", () => {
  for (const [name, good, bad] of WHOLE) {
    it(name, () => {
      for (const text of good) assert.equal(found(`\\A%{${name}}\\z`, text), text);
      for (const text of bad) assert.equal(found(`\\A%{${name}}\\z`, text), undefined, text);
    });
  }

  it("numbers are taken whole", () => {
    assert.equal(found("%{NUMBER}5", "15"), undefined);
    assert.equal(found("%{NUMBER}", "v1.25.3"), "1.25");
    assert.equal(found("%{NUMBER}\\.5", "1.5"), undefined);
    assert.equal(found("%{IPV4}", "9192.0.2.1"), undefined);
  });

  it("all compile in both sets, and none needs an emulated expression", () => {
    for (const library of Object.values(libraries))
      for (const name of library.names())
        for (const namedCapturesOnly of [true, false])
          assert.ok(compileGrok(`%{${name}}`, library, { namedCapturesOnly }).isPlain, name);
  });
});

const ACCESS =
  '2001:db8::7 - ann [12/Nov/2026:13:45:07 +0000] "GET /cart?id=1 HTTP/2.0" 200 512 "https://shop.example.org/" "curl/8.4.0"';

describe("grok patterns of whole lines", () => {
  const cases: readonly (readonly [string, string, Record<string, unknown>, Record<string, unknown>])[] = [
    [
      "%{COMBINEDAPACHELOG}",
      ACCESS,
      {
        "[source][address]": "2001:db8::7",
        "[user][name]": "ann",
        timestamp: "12/Nov/2026:13:45:07 +0000",
        "[http][request][method]": "GET",
        "[url][original]": "/cart?id=1",
        "[http][version]": "2.0",
        "[http][response][status_code]": 200,
        "[http][response][body][bytes]": 512,
        "[http][request][referrer]": "https://shop.example.org/",
        "[user_agent][original]": "curl/8.4.0",
      },
      {
        clientip: "2001:db8::7",
        ident: "-",
        auth: "ann",
        timestamp: "12/Nov/2026:13:45:07 +0000",
        verb: "GET",
        request: "/cart?id=1",
        httpversion: "2.0",
        response: "200",
        bytes: "512",
        referrer: '"https://shop.example.org/"',
        agent: '"curl/8.4.0"',
      },
    ],
    [
      "%{COMMONAPACHELOG}",
      'www.example.org - - [12/Nov/2026:13:45:07 +0000] "\\x16\\x03" 400 -',
      {
        "[source][address]": "www.example.org",
        timestamp: "12/Nov/2026:13:45:07 +0000",
        "[http][response][status_code]": 400,
      },
      {
        clientip: "www.example.org",
        ident: "-",
        auth: "-",
        timestamp: "12/Nov/2026:13:45:07 +0000",
        rawrequest: "\\x16\\x03",
        response: "400",
      },
    ],
    [
      "%{SYSLOGLINE}",
      "Nov  2 03:04:05 web-1 sshd[811]: Accepted publickey for ann",
      {
        timestamp: "Nov  2 03:04:05",
        "[host][hostname]": "web-1",
        "[process][name]": "sshd",
        "[process][pid]": 811,
        message: "Accepted publickey for ann",
      },
      {
        timestamp: "Nov  2 03:04:05",
        logsource: "web-1",
        program: "sshd",
        pid: "811",
        message: "Accepted publickey for ann",
      },
    ],
    [
      "%{SYSLOG5424LINE}",
      '<165>1 2026-11-12T13:45:07.003Z web-1 app 42 ID7 [meta@1 k="v"] started',
      {
        "[log][syslog][priority]": 165,
        "[system][syslog][version]": "1",
        timestamp: "2026-11-12T13:45:07.003Z",
        "[host][hostname]": "web-1",
        "[process][name]": "app",
        "[process][pid]": 42,
        "[event][code]": "ID7",
        "[system][syslog][structured_data]": '[meta@1 k="v"]',
        message: "started",
      },
      {
        syslog5424_pri: "165",
        syslog5424_ver: "1",
        syslog5424_ts: "2026-11-12T13:45:07.003Z",
        syslog5424_host: "web-1",
        syslog5424_app: "app",
        syslog5424_proc: "42",
        syslog5424_msgid: "ID7",
        syslog5424_sd: '[meta@1 k="v"]',
        syslog5424_msg: "started",
      },
    ],
    [
      "%{HTTPD_ERRORLOG}",
      "[Thu Nov 12 13:45:07.123456 2026] [ssl:warn] [pid 7:tid 9] [client 192.0.2.7:50000] AH01909: name does not fit",
      {
        timestamp: "Thu Nov 12 13:45:07.123456 2026",
        "[apache][error][module]": "ssl",
        "[log][level]": "warn",
        "[process][pid]": 7,
        "[process][thread][id]": 9,
        "[source][address]": "192.0.2.7",
        "[source][port]": 50000,
        "[error][code]": "AH01909",
        message: "name does not fit",
      },
      {
        timestamp: "Thu Nov 12 13:45:07.123456 2026",
        module: "ssl",
        loglevel: "warn",
        pid: "7",
        tid: "9",
        clientip: "192.0.2.7",
        clientport: "50000",
        errorcode: "AH01909",
        message: "name does not fit",
      },
    ],
    [
      "%{CRONLOG}",
      "Nov 12 13:45:01 web-1 CRON[12]: (ann) CMD (run-parts /etc/cron.hourly)",
      {
        timestamp: "Nov 12 13:45:01",
        "[host][hostname]": "web-1",
        "[process][name]": "CRON",
        "[process][pid]": 12,
        "[user][name]": "ann",
        "[system][cron][action]": "CMD",
        message: "run-parts /etc/cron.hourly",
      },
      {
        timestamp: "Nov 12 13:45:01",
        logsource: "web-1",
        program: "CRON",
        pid: "12",
        user: "ann",
        action: "CMD",
        message: "run-parts /etc/cron.hourly",
      },
    ],
    [
      "%{JAVASTACKTRACEPART}",
      "    at org.example.Main.<init>(Main.java:17)",
      {
        "[java][log][origin][class][name]": "org.example.Main",
        "[log][origin][function]": "<init>",
        "[log][origin][file][name]": "Main.java",
        "[log][origin][file][line]": 17,
      },
      { class: "org.example.Main", method: "<init>", file: "Main.java", line: "17" },
    ],
  ];
  for (const [pattern, line, ecs, legacy] of cases) {
    it(pattern, () => {
      assert.deepEqual(fieldsOf("v1", pattern, line), ecs);
      assert.deepEqual(fieldsOf("disabled", pattern, line), legacy);
    });
  }

  it("text beyond Latin-1 and several lines", () => {
    const line = ACCESS.replace("curl/8.4.0", "b😀t 語");
    assert.equal(fieldsOf("v1", "%{COMBINEDAPACHELOG}", line)?.["[user_agent][original]"], "b😀t 語");
    assert.deepEqual(fieldsOf("v1", "a %{GREEDYDATA:rest}", "a b\nc 語"), { rest: "b\nc 語" });
    assert.deepEqual(fieldsOf("v1", "^%{WORD:first}$", "one two\nthree\nfour five"), { first: "three" });
  });
});
