import type { RubyObject } from "../opal-realm.ts";
import type { RealmHost } from "./helpers.ts";

/** Regexp and MatchData over translated expressions. Runs inside the realm: refers to its parameters only. */
export function installRegexps(opal: RubyObject, host: RealmHost): void {
  const { nil, Kernel, gvars } = opal as { nil: RubyObject; Kernel: RubyObject; gvars: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const define = (to: RubyObject, name: string, body: unknown): void => opal["def"](to, `$${name}`, body);
  const defineOwn = (of: RubyObject, name: string, body: unknown): void => opal["defs"](of, `$${name}`, body);
  const Regexp = constant("Regexp");
  const Match = constant("MatchData");

  interface Made extends RegExp {
    /** As written in Ruby. */
    $$source?: string;
    /** Ruby's flags: of i, m, x. */
    $$options?: string;
    $$hidden?: readonly number[];
    /** Of a global twin: the expression itself. */
    $$ruby?: Made;
  }
  const own = (given: Made): Made => given.$$ruby ?? given;
  const hide = (target: object, name: string, value: unknown): void => {
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
  };
  const make = (
    one: { pattern: string; flags: string; hidden?: readonly number[] },
    source: string,
    options: string,
  ): Made => {
    const made: Made = new RegExp(one.pattern, one.flags);
    hide(made, "$$source", source);
    hide(made, "$$options", options);
    if (one.hidden !== undefined) hide(made, "$$hidden", one.hidden);
    return made;
  };
  const kept = new Map<string, Made>();
  const compile = (source: string, options: string): Made => {
    const key = `${options}/${source}`;
    let made = kept.get(key);
    if (made === undefined) {
      let translated: ReturnType<RealmHost["translate"]>;
      try {
        translated = host.translate(source, options);
      } catch (error) {
        return Kernel["$raise"](constant("RegexpError"), `${(error as Error).message}: /${source}/`);
      }
      made = make(translated, source, options);
      if (kept.size < 1000) kept.set(key, made);
    }
    return made;
  };
  const sourceOf = (given: Made): string => own(given).$$source ?? own(given).source;
  const optionsOf = (given: Made): string => {
    const one = own(given);
    return one.$$options ?? (one.ignoreCase ? "i" : "") + (one.dotAll ? "m" : "");
  };
  /** As a part of another expression. */
  const embedded = (given: Made): string => {
    const on = ["m", "i", "x"].filter((flag) => optionsOf(given).includes(flag)).join("");
    const off = ["m", "i", "x"].filter((flag) => !optionsOf(given).includes(flag)).join("");
    return `(?${on}${off === "" ? "" : `-${off}`}:${sourceOf(given)})`;
  };
  const text = (value: unknown): string =>
    typeof value === "string" ? value : opal["coerce_to"](value, constant("String"), "to_str");

  opal["antler_regexps"] = (
    list: { source: string; options: string; pattern: string; flags: string; hidden?: readonly number[] }[],
  ) => list.map((one) => make(one, one.source, one.options));
  define(root, "__regexp", function regexp(this: unknown, parts: RubyObject[], flags: string): Made {
    const source = parts
      .map((part) => (part["$$is_regexp"] ? embedded(part as unknown as Made) : part["$to_s"]()))
      .join("");
    return compile(source, [...flags].filter((flag) => "imx".includes(flag)).join(""));
  });
  define(root, "__matched", function matched(this: unknown, name: string): unknown {
    const match = gvars["~"];
    return match === nil || match === undefined ? nil : match["$[]"](name);
  });

  const newRegexp = function new_(this: unknown, source: RubyObject | string, options?: unknown): Made {
    if ((source as RubyObject)["$$is_regexp"]) return source as unknown as Made;
    let flags = "";
    if (typeof options === "number")
      flags = (options & 1 ? "i" : "") + (options & 4 ? "m" : "") + (options & 2 ? "x" : "");
    else if (typeof options === "string") flags = options;
    else if (options !== undefined && options !== nil && options !== false) flags = "i";
    return compile(String(text(source)), flags);
  };
  defineOwn(Regexp, "new", newRegexp);
  defineOwn(Regexp, "compile", newRegexp);
  const escaped = function escape_(this: unknown, given: unknown): string {
    return String(given)
      .replace(/[.*?+^$|\\()[\]{}\- #]/g, "\\$&")
      .replace(/[\n\t\r\f\v]/g, (c) => ({ "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v" })[c] ?? c);
  };
  defineOwn(Regexp, "escape", escaped);
  defineOwn(Regexp, "quote", escaped);
  defineOwn(Regexp, "union", function union(this: unknown, ...given: RubyObject[]): Made {
    const parts = given.length === 1 && Array.isArray(given[0]) ? (given[0] as unknown as RubyObject[]) : given;
    if (parts.length === 0) return compile("(?!)", "");
    const [first] = parts;
    if (parts.length === 1 && first?.["$$is_regexp"]) return first as unknown as Made;
    return compile(
      parts
        .map((part) => (part["$$is_regexp"] ? embedded(part as unknown as Made) : escaped.call(nil, part)))
        .join("|"),
      "",
    );
  });
  define(Regexp, "source", function source(this: Made): string {
    return sourceOf(this);
  });
  define(Regexp, "to_s", function toS(this: Made): string {
    return embedded(this);
  });
  define(Regexp, "inspect", function inspect(this: Made): string {
    const flags = ["m", "i", "x"].filter((flag) => optionsOf(this).includes(flag)).join("");
    return `/${sourceOf(this).replace(/(\\.)|\//gs, (all, escaped) => (escaped === undefined ? "\\/" : all))}/${flags}`;
  });
  define(Regexp, "options", function options(this: Made): number {
    const flags = optionsOf(this);
    return (flags.includes("i") ? 1 : 0) + (flags.includes("x") ? 2 : 0) + (flags.includes("m") ? 4 : 0);
  });
  define(Regexp, "==", function equals(this: Made, other: RubyObject): boolean {
    return (
      other["$$is_regexp"] === true &&
      sourceOf(this) === sourceOf(other as unknown as Made) &&
      optionsOf(this) === optionsOf(other as unknown as Made)
    );
  });
  define(Regexp, "eql?", Regexp["$$prototype"]["$=="]);
  define(Regexp, "hash", function hash(this: Made): string {
    return `${optionsOf(this)}/${sourceOf(this)}`;
  });
  const namesOf = (given: Made): string[] => [
    ...new Set([...own(given).source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1] as string)),
  ];
  define(Regexp, "names", function names(this: Made): string[] {
    return namesOf(this);
  });

  const matchedAt = (self: Made, given: unknown): unknown => {
    if (given === nil) {
      gvars["~"] = nil;
      return nil;
    }
    const subject = text(given);
    const found = self.exec(subject);
    if (found === null) {
      gvars["~"] = nil;
      return nil;
    }
    return Match["$new"](self, found);
  };
  const matchFrom = Regexp["$$prototype"]["$match"];
  const match = function match_(this: Made, subject: unknown, from?: number): unknown {
    const self_ = match as unknown as RubyObject;
    const block = self_["$$p"] ?? nil;
    self_["$$p"] = null;
    const found = from === undefined ? matchedAt(this, subject) : matchFrom.call(this, subject, from);
    return block === nil || found === nil ? found : opal["yield1"](block, found);
  };
  define(Regexp, "match", match);
  define(Regexp, "match?", function matches(this: Made, subject: unknown, from = 0): boolean {
    if (subject === nil) return false;
    const given = text(subject);
    return this.test(from > 0 ? given.slice(from) : given);
  });
  define(Regexp, "===", function fits(this: Made, subject: RubyObject | string): boolean {
    return typeof subject === "string" || subject["$$is_string"] === true
      ? matchedAt(this, String(subject)) !== nil
      : false;
  });
  define(Regexp, "=~", function place(this: Made, subject: unknown): unknown {
    const found = matchedAt(this, subject) as RubyObject;
    return found === nil ? nil : found["begin"];
  });

  // ---- what was found
  define(
    Match,
    "initialize",
    function initialize(this: RubyObject, regexp: Made, found: RegExpExecArray, given?: RubyObject): unknown {
      const hidden = own(regexp).$$hidden;
      this["regexp"] = own(regexp);
      this["begin"] = found.index;
      this["string"] = found.input;
      this["groups"] = found.groups;
      const list: unknown[] = [];
      for (let i = 0; i < found.length; i++)
        if (hidden === undefined || !hidden.includes(i)) list.push(found[i] ?? nil);
      this["matches"] = list;
      if (given === undefined || given["$$smap"]?.no_matchdata !== true) gvars["~"] = this;
      return nil;
    },
  );
  define(Match, "pre_match", function preMatch(this: RubyObject): string {
    return this["string"].slice(0, this["begin"]);
  });
  define(Match, "post_match", function postMatch(this: RubyObject): string {
    return this["string"].slice(this["begin"] + this["matches"][0].length);
  });
  const named = (self: RubyObject): RubyObject => {
    const names = namesOf(self["regexp"]);
    const hash: RubyObject = {};
    for (const name of names) hash[name] = self["groups"]?.[name] ?? nil;
    return opal["hash2"](names, hash);
  };
  define(Match, "named_captures", function namedCaptures(this: RubyObject): RubyObject {
    return named(this);
  });
  define(Match, "names", function names(this: RubyObject): string[] {
    return namesOf(this["regexp"]);
  });
  define(Match, "[]", function at(this: RubyObject, index: unknown, ...more: unknown[]): unknown {
    if (typeof index === "number" && more.length === 0) {
      const list = this["matches"];
      return list[index < 0 ? index + list.length : index] ?? nil;
    }
    if (typeof index === "string" || (index as RubyObject)["$$is_string"]) {
      const name = String(index);
      const found = this["groups"]?.[name];
      if (found !== undefined) return found;
      if (!namesOf(this["regexp"]).includes(name))
        return Kernel["$raise"](constant("IndexError"), `undefined group name reference: ${name}`);
      return nil;
    }
    return opal["send"](this["matches"], "[]", [index, ...more], null);
  });
  /** Where a group lies: asked for rarely, so it is looked for again. */
  const placeOf = (self: RubyObject, group: number | string): [unknown, unknown] => {
    const regexp: Made = own(self["regexp"]);
    const again = new RegExp(regexp.source, `${regexp.flags}dg`);
    again.lastIndex = self["begin"];
    const found = again.exec(self["string"]);
    const place = typeof group === "number" ? found?.indices?.[group] : found?.indices?.groups?.[group];
    return place === undefined ? [nil, nil] : place;
  };
  define(Match, "begin", function begin(this: RubyObject, group: number | string): unknown {
    return group === 0 ? this["begin"] : placeOf(this, group)[0];
  });
  define(Match, "end", function end(this: RubyObject, group: number | string): unknown {
    return placeOf(this, group)[1];
  });
  define(Match, "offset", function offset(this: RubyObject, group: number | string): unknown[] {
    return placeOf(this, group);
  });

  // ---- replacements
  const expanded = (replacement: string, found: RubyObject): string => {
    if (!replacement.includes("\\")) return replacement;
    const list = found["matches"] as unknown[];
    return replacement.replace(
      /\\(?:([0-9+&`'\\])|k<(\w+)>)/g,
      (_all: string, command: string | undefined, name: string) => {
        if (command === undefined) return String(found["groups"]?.[name] ?? "");
        if (command === "\\") return "\\";
        if (command === "&") return String(list[0]);
        if (command === "`") return found["$pre_match"]();
        if (command === "'") return found["$post_match"]();
        const group = command === "+" ? list.slice(1).findLast((one) => one !== nil) : list[Number(command)];
        return group === undefined || group === nil ? "" : String(group);
      },
    );
  };
  const literal = /[.*+?^${}()|[\]\\]/g;
  const replace = (
    self: string,
    pattern: RubyObject,
    replacement: RubyObject | string | undefined,
    block: RubyObject,
    all: boolean,
  ): string => {
    const plain = typeof replacement === "string" || (replacement as RubyObject | undefined)?.["$$is_string"] === true;
    if (!pattern["$$is_regexp"] && plain && !String(replacement).includes("\\")) {
      const [sought, by] = [text(pattern), String(replacement)];
      gvars["~"] = nil;
      return all ? self.replaceAll(sought, () => by) : self.replace(sought, () => by);
    }
    const regexp: RegExp = pattern["$$is_regexp"]
      ? (pattern as unknown as RegExp)
      : new RegExp(text(pattern).replace(literal, "\\$&"), "g");
    const search: RegExp = opal["global_regexp"](regexp);
    let result = "";
    let from = 0;
    let last: RubyObject = nil;
    for (let found = search.exec(self); found !== null; found = search.exec(self)) {
      last = Match["$new"](regexp, found);
      const next = search.lastIndex;
      let by: unknown;
      if (replacement === undefined) by = opal["yield1"](block, found[0])["$to_s"]();
      else if ((replacement as RubyObject)["$$is_hash"]) by = (replacement as RubyObject)["$[]"](found[0])["$to_s"]();
      else by = expanded(String(text(replacement)), last);
      result += self.slice(from, found.index) + by;
      from = found.index + found[0].length;
      search.lastIndex = found[0] === "" ? next + 1 : next;
      if (!all) break;
    }
    gvars["~"] = last;
    return last === nil ? self : result + self.slice(from);
  };
  for (const [name, all] of [
    ["gsub", true],
    ["sub", false],
  ] as const) {
    const before = constant("String")["$$prototype"][`$${name}`];
    const method = function replaced(this: string, pattern: RubyObject, replacement?: RubyObject | string): unknown {
      const self_ = method as unknown as RubyObject;
      const block = self_["$$p"] ?? nil;
      self_["$$p"] = null;
      if (replacement === undefined && block === nil) return before.call(this, pattern);
      return replace(String(this), pattern, replacement, block, all);
    };
    define(constant("String"), name, method);
  }
}
