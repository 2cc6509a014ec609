import type { RubyObject } from "../opal-realm.ts";

/** What the program gives to the functions that run inside the realm. Every method takes and gives texts and numbers only. */
export interface RealmHost {
  /** A translated regular expression. @throws Error */
  translate(
    source: string,
    options: string,
  ): { readonly pattern: string; readonly flags: string; readonly hidden?: readonly number[] };
  hasLibrary(name: string): boolean;
  /** Epoch milliseconds. */
  now(): number;
  random(): number;
  /** A file's text. @throws Error */
  readFile(path: string): string;
  fileExists(path: string): "file" | "folder" | undefined;
  /** A digest in hexadecimal digits; with a key, the HMAC. Texts are UTF-8. */
  digest(algorithm: string, text: string, key?: string): string;
  base64(text: string, direction: "encode" | "decode"): string;
  randomHex(bytes: number): string;
  uuid(): string;
  hostName(): string;
  environment(name: string): string | undefined;
  /** A YAML text as JSON. @throws Error */
  yamlAsJson(text: string): string;
  inflate(latin1: string, kind: "gzip" | "zlib"): string;
  deflate(latin1: string, kind: "gzip" | "zlib"): string;
  crc32(text: string): number;
}

/** Methods that the rewritten code calls, and numbers and texts as Ruby has them. Runs inside the realm: refers to its parameters only. */
export function installHelpers(opal: RubyObject, host: RealmHost): void {
  const { nil, Kernel } = opal as { nil: RubyObject; Kernel: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const raise = (name: string, message: string): never => Kernel["$raise"](constant(name), message) as never;
  const define = (to: RubyObject, name: string, body: unknown): void => opal["def"](to, `$${name}`, body);

  // ---- changes of texts
  let changed: unknown = nil;
  const isText = (value: unknown): boolean =>
    typeof value === "string" || (value as RubyObject)["$$is_string"] === true;
  const added = (text: unknown, piece: unknown): string => {
    if (typeof piece === "number") return text + String.fromCodePoint(piece);
    if (!isText(piece))
      return raise(
        "TypeError",
        `no implicit conversion of ${(piece as RubyObject)["$class"]()["$name"]()} into String`,
      );
    return `${text}${piece}`;
  };
  /** What a method that changes a text in place makes of it, and what the call gives. */
  const change = (text: string, name: string, given: unknown[], block: unknown): [string, unknown] => {
    if (name === "concat") {
      const longer = given.reduce<string>(added, text);
      return [longer, longer];
    }
    if (name === "prepend") {
      const longer = given.join("") + text;
      return [longer, longer];
    }
    if (name === "replace") return [String(given[0]), String(given[0])];
    if (name === "clear") return ["", ""];
    if (name === "insert") {
      const at = given[0] as number;
      const place = at < 0 ? text.length + at + 1 : at;
      if (place < 0 || place > text.length) raise("IndexError", `index ${at} out of string`);
      const longer = text.slice(0, place) + given[1] + text.slice(place);
      return [longer, longer];
    }
    if (name === "slice!") {
      const cut = opal["send"](text, "[]", given, null);
      if (cut === nil) return [text, nil];
      const at = given[0] as RubyObject | number;
      const from =
        typeof at === "number" ? (at < 0 ? at + text.length : at) : isText(at) ? text.indexOf(String(at)) : -1;
      if (from >= 0) return [text.slice(0, from) + text.slice(from + cut.length), cut];
      const found = (at as RubyObject)["$$is_regexp"] ? opal["gvars"]["~"]["$begin"](0) : text.indexOf(cut);
      return [text.slice(0, found) + text.slice(found + cut.length), cut];
    }
    if (name === "[]=") return replacePart(text, given);
    const made = String(opal["send"](text, name.slice(0, -1), given, block === nil ? null : block));
    const always =
      name === "encode!" ||
      name === "scrub!" ||
      name === "reverse!" ||
      name === "succ!" ||
      name === "next!" ||
      name === "unicode_normalize!";
    return [made, made === text && !always ? nil : made];
  };
  const replacePart = (text: string, given: unknown[]): [string, unknown] => {
    const value = String(given.at(-1));
    const [at, length] = given as [RubyObject | number | string, unknown];
    if (typeof at === "number") {
      const from = at < 0 ? at + text.length : at;
      const size = given.length === 3 ? (length as number) : 1;
      if (from < 0 || from > text.length) raise("IndexError", `index ${at} out of string`);
      return [text.slice(0, from) + value + text.slice(from + size), value];
    }
    const part = opal["send"](text, "[]", [at], null);
    if (part === nil) raise("IndexError", "string not matched");
    const found = (at as RubyObject)["$$is_range"] ? -1 : text.indexOf(part);
    if (found >= 0) return [text.slice(0, found) + value + text.slice(found + part.length), value];
    const begin = (at as RubyObject)["begin"] as number;
    const from = begin < 0 ? begin + text.length : begin;
    return [text.slice(0, from) + value + text.slice(from + part.length), value];
  };

  define(root, "__text?", function isTextOf(this: unknown, value: unknown): boolean {
    return typeof value === "string" || (typeof value === "object" && isText(value));
  });
  define(root, "__append", function append(this: unknown, target: unknown, ...pieces: unknown[]): unknown {
    if (isText(target)) return pieces.reduce<unknown>(added, String(target));
    return pieces.reduce((list, piece) => (list as RubyObject)["$<<"](piece), target);
  });
  define(
    root,
    "__append_at",
    function appendAt(this: unknown, holder: RubyObject, keys: unknown[], ...pieces: unknown[]): unknown {
      const target = opal["send"](holder, "[]", keys, null);
      if (!isText(target)) return pieces.reduce((list, piece) => (list as RubyObject)["$<<"](piece), target);
      const longer = pieces.reduce<unknown>(added, String(target));
      opal["send"](holder, "[]=", [...keys, longer], null);
      return longer;
    },
  );
  const changeMethod = function change_(this: unknown, target: unknown, name: string, ...given: unknown[]): unknown {
    const block = (changeMethod as unknown as RubyObject)["$$p"] ?? nil;
    (changeMethod as unknown as RubyObject)["$$p"] = null;
    if (isText(target)) {
      const [text, result] = change(String(target), name, given, block);
      changed = text;
      return result;
    }
    changed = target;
    const result = opal["send"](target, name, given, block === nil ? null : block);
    changed = target;
    return result;
  };
  define(root, "__change", changeMethod);
  const changeAt = function changeAt_(
    this: unknown,
    holder: RubyObject,
    keys: unknown[],
    name: string,
    ...given: unknown[]
  ): unknown {
    const block = (changeAt as unknown as RubyObject)["$$p"] ?? nil;
    (changeAt as unknown as RubyObject)["$$p"] = null;
    const target = opal["send"](holder, "[]", keys, null);
    if (!isText(target)) return opal["send"](target, name, given, block === nil ? null : block);
    const [text, result] = change(String(target), name, given, block);
    opal["send"](holder, "[]=", [...keys, text], null);
    return result;
  };
  define(root, "__change_at", changeAt);
  define(root, "__changed", function changedOf(this: unknown): unknown {
    return changed;
  });

  // ---- libraries and programs
  define(root, "__require", function require_(this: unknown, name: string): boolean {
    if (!host.hasLibrary(String(name))) raise("LoadError", `cannot load such file -- ${name}`);
    return false;
  });
  for (const name of [
    "system",
    "exec",
    "spawn",
    "fork",
    "gets",
    "open",
    "sleep",
    "binding",
    "eval",
    "exit",
    "exit!",
    "abort",
  ]) {
    define(Kernel, name, function notHad(this: unknown): never {
      return raise("NotImplementedError", `${name} is not had here`);
    });
  }

  // ---- numbers
  const whole = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value);
  const divide = (left: unknown, right: unknown): unknown => {
    if (whole(left) && whole(right)) {
      if (right === 0) return raise("ZeroDivisionError", "divided by 0");
      const rest = ((left % right) + right) % right;
      return (left - rest) / right + 0;
    }
    if (typeof left === "number" && typeof right === "number") return left / right;
    return (left as RubyObject)["$/"](right);
  };
  opal["rb_divide"] = divide;
  const numberDivide = constant("Number")["$$prototype"]["$/"];
  define(constant("Number"), "/", function slash(this: number, other: unknown): unknown {
    const left = Number(this);
    return typeof other === "number" ? divide(left, other) : numberDivide.call(this, other);
  });
  define(constant("Number"), "fdiv", function fdiv(this: number, other: RubyObject | number): unknown {
    return Number(this) / (typeof other === "number" ? other : other["$to_f"]());
  });
  define(constant("Number"), "class", function classOf(this: number): RubyObject {
    return Number.isInteger(Number(this)) ? constant("Integer") : constant("Float");
  });
  // Whole numbers are integers, others floats: what `is_a?(Float)` and `when Float` are made to ask.
  const RealFloat = opal["klass"](root, root, "AntlerFloat");
  opal["defs"](RealFloat, "$===", (value: unknown) => {
    const number = typeof value === "object" && value !== null ? value.valueOf() : value;
    return typeof number === "number" && !Number.isInteger(number);
  });
  define(root, "__float_text", function floatText(this: unknown, value: RubyObject | number): string {
    if (typeof value !== "number") return value["$to_s"]();
    const text = String((value as unknown as RubyObject)["$to_s"]());
    return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
  });
  opal["const_set"](root, "Bignum", constant("Integer"));
  opal["const_set"](root, "Fixnum", constant("Integer"));
}
