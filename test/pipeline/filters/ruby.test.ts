import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Event } from "../../../src/event/event.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import { ruby } from "../../../src/pipeline/filters/ruby.ts";
import { runBounded } from "../../../src/pipeline/run/bounded.ts";
import type { FilterHost, FilterInstance } from "../../../src/plugin/definitions.ts";
import { comparable, runFilters } from "../../support/run-filters.ts";
import { forgetTemporaryCache, useTemporaryCache } from "./ruby-cache.ts";
import { EXPRESSIONS } from "./ruby-expressions.ts";
import { outcome, problemsOf } from "./support.ts";

describe("filter ruby", function () {
  this.timeout(30_000);
  before(useTemporaryCache);
  after(forgetTemporaryCache);

  const run = (code: string, input: Parameters<typeof outcome>[1] = "hello", more = ""): unknown =>
    outcome(`ruby { ${more} code => '${code}' }`, input);

  for (const [group, rows] of Object.entries(EXPRESSIONS)) {
    it(`runs ${group}`, () => {
      const code = rows.map(([expression], i) => `r = (${expression})\nevent.set("[r][${i}x]", r)`).join("\n");
      const [event] = runFilters(`filter { ruby { tag_with_exception_message => true code => '${code}' } }`, ["hello"]);
      const { r, tags } = comparable(event?.toObject()) as { r?: Record<string, unknown>; tags?: unknown };
      const given = rows.map(([expression], i) => [expression, JSON.stringify(r?.[`${i}x`])]);
      assert.deepEqual(
        given,
        rows.map((row) => [...row]),
        String(tags),
      );
    });
  }

  describe("events", () => {
    it("gives copies: what is not set again is not changed", () => {
      const code =
        'event.get("list") << 3; h = event.get("h"); h["b"] = 2; event.get("h")["c"] = 1; event.set("h2", h)';
      assert.deepEqual(run(code, { list: [1], h: { a: 1 } }), { list: [1], h: { a: 1 }, h2: { a: 1, b: 2 } });
    });
    it("reaches metadata, lists and nested fields", () => {
      const code =
        'event.set("[@metadata][x]", "m"); event.set("y", event.get("[@metadata][x]")); event.set("[a][b][c]", 1); event.set("z", event.get("[list][-1]"))';
      assert.deepEqual(run(code, { list: [1, 2] }), { list: [1, 2], y: "m", a: { b: { c: 1 } }, z: 2 });
    });
    it("removes, tags and tells", () => {
      const code =
        'event.set("had", event.remove("gone")); event.tag("t"); event.tag("t"); event.set("has", [event.include?("gone"), event.include?("had")])';
      assert.deepEqual(run(code, { gone: 1 }), { had: 1, tags: ["t"], has: [false, true] });
    });
    it("keeps the nanoseconds of a time, and takes Time for a timestamp", () => {
      const code =
        'event.set("t", event.get("in")); event.set("n", event.get("in").nsec); event.timestamp = LogStash::Timestamp.at(1); event.set("u", Time.at(2))';
      const time = { $timestamp: "2026-01-02T03:04:05.123456789Z" };
      assert.deepEqual(run(code, { in: time }), {
        in: "2026-01-02T03:04:05.123456789Z",
        t: "2026-01-02T03:04:05.123456789Z",
        n: 123456789,
        "@timestamp": "1970-01-01T00:00:01.000Z",
        u: "1970-01-01T00:00:02.000Z",
      });
    });
    it("makes events, which are not decorated, and drops", () => {
      const events = runFilters(
        `filter { ruby { add_tag => ["ok"] code => '
          copy = event.clone
          copy.set("n", 1)
          new_event_block.call(copy)
          copy.set("late", true)
          new_event_block.call(LogStash::Event.new("n" => 2, "tags" => ["made"]))
        ' } }`,
        ["hello"],
      );
      const told = events.map((event) => {
        const { n, late, message, tags } = event.toObject();
        return [n, late, message, tags];
      });
      assert.deepEqual(told, [
        [undefined, undefined, "hello", ["ok"]],
        [1, true, "hello", undefined],
        [2, undefined, undefined, ["made"]],
      ]);
      const [first, second, third] = events;
      assert.notDeepEqual(second?.split, first?.split);
      assert.notDeepEqual(third?.split, second?.split);
      assert.deepEqual(
        runFilters(`filter { ruby { code => 'event.cancel if event.get("message") == "hello"' } }`, ["hello"]),
        [],
      );
    });
    it("raises what Logstash raises", () => {
      const raising: Record<string, RegExp> = {
        'event["x"]': /event\.get/,
        'event["x"] = 1': /event\.set/,
        'event.set("@timestamp", "today")': /expected LogStash::Timestamp/,
        'event.get("[a")': /Invalid FieldReference/,
        'event.set("x", Object.new)': /class Object/,
        "nil.upcase": /undefined method `upcase' for nil/,
        "Unknown.new": /uninitialized constant Unknown/,
        'require "nokogiri"': /cannot load such file -- nokogiri/,
        "`ls`": /no command/,
        'system("ls")': /not had/,
        "1 / 0": /divided by 0/,
        'raise ArgumentError, "mine"': /mine/,
        'a = []; a << a; event.set("x", a)': /nested/,
      };
      for (const [code, message] of Object.entries(raising)) {
        const { tags } = run(`${code}\nevent.set("after", 1)`, "x", "tag_with_exception_message => true") as {
          tags: string[];
        };
        assert.equal(tags.at(-1), "_rubyexception", code);
        assert.match(String(tags[0]), message);
      }
    });
    it("keeps what was done before an error, and the filter does not match", () => {
      assert.deepEqual(
        run('event.set("a", 1); event.get("no").size', "x", 'tag_on_exception => "oops" add_field => { "b" => 1 }'),
        {
          message: "x",
          a: 1,
          tags: ["oops"],
        },
      );
    });
    it("lets next and return end the code, in blocks too", () => {
      assert.deepEqual(run('next if true; event.set("a", 1)'), { message: "hello" });
      assert.deepEqual(run('[1, 2].each { |x| return if x == 2; event.set("a", x) }; event.set("b", 1)'), {
        message: "hello",
        a: 1,
      });
    });
    it("holds names that JavaScript has for itself", () => {
      const code =
        'event.set("[__proto__][x]", 1); h = event.to_hash; event.set("keys", h.keys.sort); event.set("c", { "constructor" => 1, "__proto__" => 2 }.length)';
      const made = run(code) as Record<string, unknown>;
      assert.equal(made["c"], 2);
      assert.equal(({} as Record<string, unknown>)["x"], undefined);
    });
  });

  it("runs init once, and shares variables, methods and constants with code", () => {
    const filter = `ruby {
      init => '@count = 0; LIMIT = 2; def double(x) x * 2 end'
      code => '@count += 1; event.set("c", [@count, double(@count), @count > LIMIT])'
    }`;
    const events = runFilters(`filter { ${filter} }`, ["a", "b", "c"]);
    assert.deepEqual(
      events.map((event) => event.fields["c"]),
      [
        [1, 2, false],
        [2, 4, false],
        [3, 6, true],
      ],
    );
  });

  it("gives each filter its own variables and methods", () => {
    const one = (text: string): string =>
      `ruby { init => '@a = "${text}"; def x() "${text}${text}" end' code => 'event.set("${text}", [@a, x])' }`;
    assert.deepEqual(outcome(`${one("p")} ${one("q")}`, "m"), { message: "m", p: ["p", "pp"], q: ["q", "qq"] });
  });

  it("leaves the program's own objects alone", () => {
    run('event.set("a", event.get("message").upcase)');
    assert.equal((String.prototype as unknown as Record<string, unknown>)["$upcase"], undefined);
    assert.equal(Object.getPrototypeOf(Array.prototype), Object.prototype);
    assert.equal((globalThis as Record<string, unknown>)["Opal"], undefined);
  });

  describe("script file", () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "antler-ruby-script-"));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));
    const script = (text: string): string => {
      const path = join(folder, "script.rb");
      writeFileSync(path, text);
      return path;
    };

    it("registers with its parameters and filters; inline tests are left out", () => {
      const path = script(`
        def register(params)
          @factor = params["factor"]
          @names = params["names"]
        end
        def helper(x)
          x * @factor.to_i
        end
        def filter(event)
          event.set("y", helper(event.get("x")))
          copy = event.clone
          copy.set("names", @names)
          [event, copy]
        end
        test "doubles" do
          parameters { { "factor" => 2 } }
          in_event { { "x" => 2 } }
          expect("4") { |events| events.first.get("y") == 4 }
        end
      `);
      const events = runFilters(
        `filter { ruby { path => "${path}" script_params => { "factor" => 3 "names" => ["a"] } } }`,
        [{ x: 2 }],
      );
      assert.deepEqual(
        events.map((event) => [event.fields["y"], event.fields["names"]]),
        [
          [6, undefined],
          [6, ["a"]],
        ],
      );
    });
    it("drops the event that it does not give back", () => {
      assert.deepEqual(runFilters(`filter { ruby { path => "${script("def filter(event) [] end")}" } }`, ["x"]), []);
    });
    it("is tagged when it gives no events", () => {
      const path = script("def filter(event)\n 5\nend");
      assert.deepEqual(outcome(`ruby { path => "${path}" }`, "x"), { message: "x", tags: ["_rubyexception"] });
      writeFileSync(path, "def filter(event)\n [event, 5]\nend");
      assert.deepEqual(outcome(`ruby { path => "${path}" }`, "x"), { message: "x", tags: ["_rubyexception"] });
    });
    it("needs a method filter", () => {
      assert.throws(() => outcome(`ruby { path => "${script("def other() end")}" }`, "x"), /defines no method filter/);
    });
  });

  describe("check", () => {
    it("tells a syntax error with its line", () => {
      assert.deepEqual(
        problemsOf(ruby, { code: "a = 1\nb = (2" }).map(({ option, severity }) => [option, severity]),
        [["code", undefined]],
      );
      assert.match(problemsOf(ruby, { code: "a = 1\nb = )\nc" })[0]?.message ?? "", /^line 2: /);
      assert.match(problemsOf(ruby, { code: "x", init: "1\n\nend end" })[0]?.message ?? "", /^line 3: /);
      assert.match(problemsOf(ruby, { code: "x =~ /(/" })[0]?.message ?? "", /^line 1: .*regular expression/);
    });
    it("warns of what does not run here", () => {
      const warnings: Record<string, RegExp> = {
        'a = 1\nrequire "nokogiri"': /^line 2: .*nokogiri/,
        "\n\nJava::JavaUtil::UUID.randomUUID": /^line 3: there is no Java /,
        "Net::HTTP.get(1)": /no Net /,
        'event["x"]': /event\.get/,
        "`ls`": /backticks/,
        "x = 1\ncase x\nin Integer then 2\nend": /^line 2: .*patterns/,
        'system("x")': /system/,
        "list.each { |text| text.strip! }": /strip! changes the variable only/,
      };
      for (const [code, message] of Object.entries(warnings)) {
        const found = problemsOf(ruby, { code });
        assert.deepEqual(
          found.map(({ severity }) => severity),
          ["warning"],
          code,
        );
        assert.match(found[0]?.message ?? "", message);
      }
    });
    it("is content with what init defines", () => {
      assert.deepEqual(
        problemsOf(ruby, { init: "TABLE = {}; class Mine; end", code: "Mine.new; TABLE[1]; defined?(Other)" }),
        [],
      );
    });
    it("wants either code or path", () => {
      assert.match(problemsOf(ruby, {})[0]?.message ?? "", /either/);
      assert.match(problemsOf(ruby, { code: "1", path: "/x" })[0]?.message ?? "", /exclude/);
      assert.equal(problemsOf(ruby, { path: "/does/not/exist.rb" })[0]?.severity, "host");
    });
  });

  describe("state", () => {
    const stateful = (code: string, init?: string): boolean | undefined => ruby.stateful?.({ code, init } as never);
    const keeping: [string, string?][] = [
      ["@n ||= 0; @n += 1"],
      ["$seen = event.get('x')"],
      ["@@all << 1"],
      ["@map[event.get('k')] = 1", "@map = {}"],
      ["@map[event.get('k')]['n'] += 1", "@map = {}"],
      ["row = @map[event.get('k')]; row['n'] += 1", "@map = {}"],
      ["@inc.call", "@inc = lambda { @n += 1 }"],
      ["bump", "def bump() @n += 1 end"],
      ["remember(@map)", "@map = {}"],
      ["COUNT = 1"],
      ["@list.push(1)", "@list = []"],
    ];
    for (const [code, init] of keeping) it(`is kept by ${code}`, () => assert.equal(stateful(code, init), true));
    const free: [string, string?][] = [
      ["event.set('a', 1)"],
      ["event.set('a', event.get('[@metadata][x]')) if '@x' =~ /$/"],
      ["x = $1; y = $~", "require 'digest'"],
      ["event.set('a', @map[event.get('k')])", "@map = { 'a' => 1 }"],
      ["v = @map[event.get('k')]; event.set('a', v) unless v.nil?", "@map = {}"],
      ["@names.zip([1]).each { |k, v| event.set(k, v) }", "@names = ['a']"],
      ["event.tag('x') if @list.include?(event.get('a')) && @re =~ 'x'", "@list = []; @re = /x/"],
    ];
    for (const [code, init] of free) it(`is not kept by ${code}`, () => assert.equal(stateful(code, init), false));
  });

  describe("trouble", () => {
    const host = (log: (message: string, details?: object) => void, now: () => number): FilterHost => ({
      pluginId: "ruby#1",
      pipelineId: "main",
      ecs: "v8",
      log: { info: log, warn: log, error: log },
      now,
      random: () => 0.5,
      child: (parent) => parent.copy(parent.split),
    });
    const create = (
      code: string,
      log: (message: string, details?: object) => void,
      now = (): number => 0,
    ): FilterInstance =>
      ruby.create(
        {
          code,
          init: undefined,
          path: undefined,
          script_params: {},
          tag_on_exception: "_rubyexception",
          tag_with_exception_message: false,
        } as never,
        host(log, now),
      );
    const event = (): Event => {
      const made = new Event(0, { message: "x" });
      made.timestamp = new Timestamp(0);
      return made;
    };

    it("is logged once a minute with a count", () => {
      const said: unknown[] = [];
      let now = 0;
      const filter = create(
        'raise "bad"',
        (message, details) => said.push([message, (details as { count: number }).count]),
        () => now,
      );
      for (now of [0, 1000, 59_999, 60_000, 60_001]) filter.apply(event(), () => undefined);
      assert.deepEqual(said, [
        ["Ruby exception in ruby#1: bad", 1],
        ["Ruby exception in ruby#1: bad", 3],
      ]);
    });
    it("is logged with its line", () => {
      const said: unknown[] = [];
      const log = (_message: string, details?: object): number => said.push((details as { at: string }).at);
      for (const code of [
        "a = 1\n\nnil.size",
        "\n[1].each do |x|\n  x.nope\nend",
        "def helper(x)\n  Integer(x)\nend\nhelper('é')",
      ])
        create(code, log).apply(event(), () => undefined);
      assert.deepEqual(said, ["code, line 3", "code, line 3", "code, line 2"]);
    });
    it("prints and logs to the program's log", () => {
      const said: string[] = [];
      create('puts "one"; logger.info("two", :x => 1); @logger.debug("no"); @logger.warn("three")', (message) =>
        said.push(message),
      ).apply(event(), () => undefined);
      assert.deepEqual(said, ["ruby#1: one", 'ruby#1: two {"x"=>1}', "ruby#1: three"]);
    });
    it("is stopped when it loops, and works afterwards", () => {
      const filter = create('loop { } if event.get("message") == "loop"; event.set("done", true)', () => undefined);
      const looping = event();
      looping.fields["message"] = "loop";
      assert.equal(
        runBounded(() => {
          filter.apply(looping, () => undefined);
        }, 100),
        false,
      );
      const next = event();
      filter.apply(next, () => undefined);
      assert.equal(next.fields["done"], true);
      assert.deepEqual(filter.timeoutTags, ["_rubyexception"]);
    });
    it("in init is an error at start", () => {
      assert.throws(
        () => outcome(`ruby { init => 'File.read("/does/not/exist")' code => '' }`, "x"),
        /init code of ruby#1 failed: No such file .*line 1/,
      );
    });
    it("of recursion without end is an exception", () => {
      assert.deepEqual((run("def deep(n) deep(n + 1) end; deep(0)") as { tags: unknown }).tags, ["_rubyexception"]);
    });
  });

  it("keeps compiled code in a folder for this user only", () => {
    run('event.set("cached", 1)');
    const folder = join(process.env["XDG_CACHE_HOME"] as string, "antler", "ruby");
    assert.ok(readdirSync(folder).some((name) => name.endsWith(".json")));
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });
});
