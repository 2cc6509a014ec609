import fc from "fast-check";

const pick = (...of: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...of);

const WORDS = [
  "foo",
  "bar",
  "baz",
  "Foo",
  "BAR",
  "error",
  "failed",
  "connection",
  "admin",
  "user",
  "for",
  "10.0.0.5",
  "22",
  "80",
  "a",
  "b",
  "the",
  "quick",
  "log",
  "foo.bar",
  "login.failed",
  "timeout",
  "it's",
  "v1.2.3",
  "naïve",
  "ошибка",
  "日本語",
  "エラー",
  "foo_bar",
  "x",
  "HTTP/1.1",
  "web-1",
  "true",
  "-",
  "node-1.example.com",
  "ssh2",
]; // prettier-ignore
const word = fc.constantFrom(...WORDS);
const KEYWORDS = [
  "error",
  "ERROR",
  "info",
  "warn",
  "admin",
  "Admin User",
  "bob",
  "root",
  "prod",
  "Prod",
  "web",
  "two words",
  "web-1",
  "host one",
  "GET",
  "get",
  "/api/v1/users",
  "/",
  "/index.html",
  "nginx.access",
  "red",
  "green team",
  "alpha",
  "timeout",
  "sshd",
  "network",
  "80",
  "a.b",
  "per%cent",
  "under_score",
  "q?mark",
  "x*y",
  "jürgen",
  "curl/8.4.0",
]; // prettier-ignore

/** A value as it is written without quotes. */
function bare(text: string): string {
  return text.replace(/[\\():<>"*{}]/g, "\\$&").replace(/\b(and|or|not)\b/gi, "\\$1");
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** A text with some of its pieces replaced by `*`. */
function holes(of: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(of, fc.nat(20), fc.nat(20), fc.integer({ min: 0, max: 3 })).map(([text, a, b, kind]) => {
    const from = Math.min(a, b) % (text.length + 1);
    const to = Math.max(from, Math.max(a, b) % (text.length + 1));
    if (kind === 0) return `${bare(text.slice(0, to))}*`;
    if (kind === 1) return `*${bare(text.slice(from))}`;
    return kind === 2 ? `*${bare(text.slice(from, to))}*` : `${bare(text.slice(0, from))}*${bare(text.slice(to))}`;
  });
}

const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "));
const keyword = fc.constantFrom(...KEYWORDS);
const textValue = fc.oneof(phrase.map(bare), phrase.map(quoted), holes(phrase));
const keywordValue = fc.oneof(keyword.map(bare), keyword.map(quoted), holes(keyword));
const number = pick(
  "0",
  "1",
  "2",
  "5",
  "10",
  "22",
  "80",
  "80.5",
  "200",
  "404",
  "443",
  "500",
  "8080",
  "1e3",
  "-5",
  "0.5",
  "4294967296",
);
const address = pick(
  "10.0.0.5",
  "10.0.0.6",
  "192.168.1.1",
  "8.8.8.8",
  '"2001:db8::1"',
  '"::1"',
  '"::ffff:10.0.0.5"',
  '"fe80::1"',
);
const network = pick(
  "10.0.0.0/8",
  "10.0.0.0/30",
  "192.168.1.0/24",
  "0.0.0.0/1",
  '"2001:db8::/32"',
  '"::/1"',
  "10.1.0.0/15",
);
const date = pick(
  "2024",
  "2024-01",
  "2024-02-01",
  "2024-01-15",
  '"2024-01-15T10:00:00Z"',
  '"2024-02-10T05"',
  '"2024-02-10T05:06"',
  "now-1d",
  "now/y",
  "2024-02-10||/M",
  "2024-02-10||-3w/d",
  "1705312800000",
); // prettier-ignore
const sign = pick(" > ", " >= ", " < ", " <= ", ">", ">=");

const TEXTS = pick(
  "message",
  "error.message",
  "user.name.text",
  "host.name.text",
  "url.original.text",
  "event.original",
);
const KEYWORD_FIELDS = pick(
  "log.level",
  "user.name",
  "tags",
  "host.name",
  "url.path",
  "url.original",
  "http.request.method",
  "event.dataset",
  "event.category",
  "labels.team",
  "process.command_line",
  "attempts.reason",
  "*.name",
  "nope",
); // prettier-ignore
const NUMBER_FIELDS = pick(
  "source.port",
  "destination.port",
  "http.response.status_code",
  "event.duration",
  "network.bytes",
  "network.ports",
  "system.load",
  "attempts.code",
  "*.port",
  "process.pid",
);
const ADDRESS_FIELDS = pick("source.ip", "destination.ip", "host.ip", "*.ip");
const DATE_FIELDS = pick("@timestamp", "event.created");

/** One or several values of a field, with logic between them. */
function group(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const { list } = fc.letrec<{ list: string; one: string }>((tie) => ({
    one: fc.oneof(
      { maxDepth: 2 },
      value,
      fc.tuple(pick("", "not "), tie("list")).map(([not, inner]) => `${not}(${inner})`),
    ),
    list: fc
      .array(tie("one"), { minLength: 1, maxLength: 3 })
      .chain((ones) => pick(" or ", " and ", " OR ").map((by) => ones.join(by))),
  }));
  return fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: list.map((inner) => `(${inner})`) });
}

const of = (field: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(field, pick(":", ": ", " : "), group(value)).map((parts) => parts.join(""));
const beyond = (field: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(field, sign, value).map((parts) => parts.join(""));

const ANY_FIELD = fc.oneof(
  TEXTS,
  KEYWORD_FIELDS,
  NUMBER_FIELDS,
  ADDRESS_FIELDS,
  DATE_FIELDS,
  pick("source", "items", "attempts", "labels", "*"),
);
const item = fc.oneof(
  of(pick("label", "tags"), fc.oneof(pick("alpha", "beta", "Gamma", "delta one", "prod", "web", "a*", "*a", "*"))),
  beyond(pick("qty", "price"), number),
  of(pick("qty", "price"), pick("1", "5", "10", "9.99", "*")),
  pick("parts:{ code:p1 }", "parts:{ code:p2 and size > 1 }", "not parts:*", "not price:*", "not label:alpha"),
);

/** A query of the fixture's fields. */
export const generatedQuery: fc.Arbitrary<string> = fc.letrec<{ query: string; leaf: string; node: string }>((tie) => ({
  leaf: fc.oneof(
    { weight: 5, arbitrary: of(TEXTS, textValue) },
    { weight: 5, arbitrary: of(KEYWORD_FIELDS, keywordValue) },
    { weight: 2, arbitrary: of(NUMBER_FIELDS, number) },
    { weight: 2, arbitrary: beyond(NUMBER_FIELDS, number) },
    { weight: 2, arbitrary: of(ADDRESS_FIELDS, fc.oneof(address, network)) },
    { weight: 1, arbitrary: beyond(ADDRESS_FIELDS, address) },
    { weight: 1, arbitrary: of(DATE_FIELDS, date) },
    { weight: 2, arbitrary: beyond(DATE_FIELDS, date) },
    { weight: 1, arbitrary: beyond(fc.oneof(TEXTS, KEYWORD_FIELDS), word.map(quoted)) },
    { weight: 2, arbitrary: ANY_FIELD.map((field) => `${field}:*`) },
    {
      weight: 3,
      arbitrary: fc.oneof(
        textValue,
        keywordValue,
        number,
        address.map((text) => text),
        date,
      ),
    },
    {
      weight: 2,
      arbitrary: fc
        .array(item, { minLength: 1, maxLength: 3 })
        .chain((ones) => pick(" and ", " or ").map((by) => `items:{ ${ones.join(by)} }`)),
    },
    { weight: 1, arbitrary: of(pick("labels.ok"), pick("true", "false", '"true"')) },
  ),
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie("leaf"),
    tie("query").map((query) => `(${query})`),
    tie("query").map((query) => `not (${query})`),
    tie("leaf").map((leaf) => `NOT ${leaf}`),
  ),
  query: fc
    .array(tie("node"), { minLength: 1, maxLength: 3 })
    .chain((nodes) => pick(" and ", " or ", " AND ").map((by) => nodes.join(by))),
})).query;
