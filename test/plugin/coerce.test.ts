import assert from "node:assert/strict";
import { inspect } from "node:util";
import { Coercion } from "../../src/plugin/coerce.ts";
import {
  boolean,
  bytes,
  codec,
  fieldReference,
  hash,
  list,
  number,
  type Option,
  password,
  type Secret,
  text,
  uris,
} from "../../src/plugin/options.ts";
import type { SettingProblem } from "../../src/plugin/settings.ts";
import { parsedSettings, textAt } from "../support/parsed-settings.ts";

/** The value of `option => …`, written once or several times, and what was reported. */
function coerce(option: Option, ...written: string[]): { value: unknown; problems: SettingProblem[] } {
  const { settings } = parsedSettings(written.map((value) => `option => ${value}`).join("\n"));
  const problems: SettingProblem[] = [];
  const coercion = new Coercion(
    (problem) => problems.push(problem),
    (name, own) => ({ name, options: { count: own.length } }),
  );
  return { value: coercion.value("option", option, settings), problems };
}

function checkedValue(option: Option, ...written: string[]): unknown {
  const { value, problems } = coerce(option, ...written);
  assert.deepEqual(problems, []);
  return value;
}

const SOME = { description: "Something" };

describe("option values", () => {
  const good: readonly [string, Option, string, unknown][] = [
    ["text", text(SOME), '"one"', "one"],
    ["a bare word as text", text(SOME), "one", "one"],
    ["a number as text", text(SOME), "5", "5"],
    ["a list of one as text", text(SOME), '["one"]', "one"],
    ["a number", number(SOME), "5", 5],
    ["a quoted number", number(SOME), '"-1.5"', -1.5],
    ["a number at the end of its range", number({ ...SOME, range: [0, 9] }), "9", 9],
    ["true", boolean(SOME), "true", true],
    ["a quoted false", boolean(SOME), '"false"', false],
    ["bytes alone", bytes(SOME), "1024", 1024],
    ["MiB", bytes(SOME), '"10 MiB"', 10 * 2 ** 20],
    ["mb as ten to the power", bytes(SOME), '"1.5mb"', 1_500_000],
    ["GiB without B", bytes(SOME), '"2 Gi"', 2 * 2 ** 30],
    ["a field reference", fieldReference(SOME), '"[a][b]"', "[a][b]"],
    ["one text for a list", list(SOME), '"one"', ["one"]],
    ["a list", list(SOME), '["one", "two"]', ["one", "two"]],
    ["an empty list", list(SOME), "[]", []],
    ["one URI", uris(SOME), '"http://a"', ["http://a"]],
    ["URIs", uris(SOME), '["http://a", "http://b"]', ["http://a", "http://b"]],
    ["a hash", hash(SOME), '{ "a" => "1" two => 2 }', { a: "1", two: 2 }],
    ["a hash in a hash", hash(SOME), '{ "a" => { "b" => ["c"] } }', { a: { b: ["c"] } }],
    ["a list of pairs as a hash", hash(SOME), '["a", "1", "b", "2"]', { a: "1", b: "2" }],
    ["a codec by name", codec(SOME), "json", { name: "json", options: { count: 0 } }],
    ["a codec with settings", codec(SOME), 'line { format => "x" }', { name: "line", options: { count: 1 } }],
  ];
  for (const [title, option, written, expected] of good) {
    it(`${title}: ${written}`, () => assert.deepEqual(checkedValue(option, written), expected));
  }

  it("takes a name that objects inherit for a key like others", () => {
    const value = checkedValue(hash(SOME), '{ "__proto__" => "a" "constructor" => "b" }') as object;
    assert.deepEqual(Object.entries(value), [
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });

  it("written several times: lists add up, hashes merge, of others the last one holds", () => {
    assert.deepEqual(checkedValue(list(SOME), '"one"', '["two", "three"]'), ["one", "two", "three"]);
    assert.deepEqual(checkedValue(hash(SOME), '{ "a" => "1" }', '{ "b" => "2" }'), { a: "1", b: "2" });
    assert.deepEqual(checkedValue(hash(SOME), '{ "a" => "1" }', '{ "a" => ["2", "3"] }'), { a: ["1", "2", "3"] });
    assert.equal(checkedValue(text(SOME), '"one"', '"two"'), "two");
  });

  it("the same key twice in one hash: the later value holds, as CONF006 says", () => {
    assert.deepEqual(checkedValue(hash(SOME), '{ "a" => "1" "a" => "2" }'), { a: "2" });
  });

  const bad: readonly [string, Option, string, string, RegExp, string][] = [
    ["text", text(SOME), '{ "a" => "b" }', "CONF013", /must be text, not a hash/, '{ "a" => "b" }'],
    ["several texts for one", text(SOME), '["a", "b"]', "CONF013", /must be text, not a list/, '["a", "b"]'],
    ["a number", number(SOME), '"many"', "CONF013", /must be a number, not "many"/, '"many"'],
    ["an empty text for a number", number(SOME), '""', "CONF013", /must be a number/, '""'],
    ["below its range", number({ ...SOME, range: [1, 9] }), "0", "CONF014", /cannot be 0/, "0"],
    ["a boolean", boolean(SOME), '"yes"', "CONF013", /must be true or false, not "yes"/, '"yes"'],
    ["a size", bytes(SOME), '"10 apples"', "CONF013", /must be a size in bytes/, '"10 apples"'],
    ["a choice", text({ ...SOME, choices: ["a", "b"] }), '"c"', "CONF014", /cannot be "c"/, '"c"'],
    ["a field reference", fieldReference(SOME), '"[a"', "CONF015", /missing "\]"/, '"[a"'],
    ["a hash in a list", list(SOME), '["a", { "b" => "c" }]', "CONF013", /must be a list of texts/, '{ "b" => "c" }'],
    ["an odd list for a hash", hash(SOME), '["a"]', "CONF013", /must be a hash, not a list/, '["a"]'],
    ["a text for a hash", hash(SOME), '"a"', "CONF013", /must be a hash, not a value/, '"a"'],
    ["a list for a codec", codec(SOME), '["json"]', "CONF013", /must be a codec, not a list/, '["json"]'],
  ];
  for (const [title, option, written, code, message, place] of bad) {
    it(`${title} that does not fit is reported where it stands: ${written}`, () => {
      const { value, problems } = coerce(option, written);
      assert.equal(value, undefined);
      assert.deepEqual(
        problems.map(({ code }) => code),
        [code],
      );
      assert.match(problems[0]?.message ?? "", message);
      assert.equal(textAt(problems[0]?.place), place);
    });
  }
});

describe("a secret", () => {
  const secret = checkedValue(password(SOME), '"hunter2"') as Secret;

  it("is revealed only when asked for", () => assert.equal(secret.reveal(), "hunter2"));

  const shown: Readonly<Record<string, () => string>> = {
    "String()": () => String(secret),
    "a template": () => `${secret}`,
    "JSON.stringify": () => JSON.stringify({ secret }),
    "util.inspect": () => inspect({ secret }, { depth: null, showHidden: true }),
    "Object.entries": () => JSON.stringify(Object.entries(secret)),
    "an error's message": () => new Error(`no: ${secret}`).message,
  };
  for (const [way, show] of Object.entries(shown)) {
    it(`does not show in ${way}`, () => {
      assert.doesNotMatch(show(), /hunter2/);
      if (way !== "Object.entries" && way !== "util.inspect") assert.match(show(), /<secret>/);
    });
  }

  it("that has the wrong form does not show in what is reported", () => {
    const { problems } = coerce(password(SOME), '["hunter2", "hunter3"]');
    assert.equal(problems.length, 1);
    assert.doesNotMatch(JSON.stringify(problems.map(({ place, ...said }) => said)), /hunter/);
  });
});
