import type { RubyObject } from "../opal-realm.ts";
import type { RealmHost } from "./helpers.ts";

/** `JSON`, `YAML` and `CSV`. Runs inside the realm: refers to its parameters only. */
export function installDataFormats(opal: RubyObject, host: RealmHost): void {
  const { nil, Kernel } = opal as { nil: RubyObject; Kernel: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const StandardError = constant("StandardError");
  const own = (of: RubyObject, names: string | string[], body: unknown): void => {
    for (const name of [names].flat()) opal["defs"](of, `$${name}`, body);
  };
  const text = (value: RubyObject | string): string => {
    if (typeof value === "string" || value["$$is_string"] === true) return String(value);
    if (typeof value["$read"] === "function" && !("$$stub" in value["$read"])) return value["$read"]();
    return Kernel["$raise"](
      constant("TypeError"),
      `no implicit conversion of ${value["$class"]()["$name"]()} into String`,
    );
  };
  const option = (options: RubyObject | undefined, name: string): unknown =>
    options?.["$$is_hash"] === true ? (options["$$smap"][name] ?? nil) : nil;

  /** A parsed document as Ruby has it. */
  const toRuby = (value: unknown): unknown => {
    if (value === null || value === undefined) return nil;
    if (typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(toRuby);
    const keys = Object.keys(value);
    const members: Record<string, unknown> = {};
    for (const key of keys) {
      Object.defineProperty(members, key, {
        value: toRuby((value as Record<string, unknown>)[key]),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return opal["hash2"](keys, members);
  };

  // ---- JSON
  const JsonModule = opal["module"](root, "JSON") as RubyObject;
  const JsonError = opal["klass"](JsonModule, StandardError, "JSONError") as RubyObject;
  const ParserError = opal["klass"](JsonModule, JsonError, "ParserError") as RubyObject;
  opal["klass"](JsonModule, JsonError, "GeneratorError");
  const parse = (given: RubyObject | string): unknown => {
    const source = text(given);
    try {
      return toRuby(JSON.parse(source));
    } catch (error) {
      return Kernel["$raise"](ParserError, `unexpected token: ${(error as Error).message}`);
    }
  };
  own(JsonModule, ["parse", "parse!", "load"], (given: RubyObject | string) => (given === nil ? nil : parse(given)));
  own(JsonModule, "load_file", (path: unknown) => parse(host.readFile(String(path))));
  const number = (value: number): string =>
    Number.isFinite(value)
      ? JSON.stringify(value)
      : Kernel["$raise"](JsonModule["$const_get"]("GeneratorError"), `${value} not allowed in JSON`);
  const write = (value: RubyObject | string | number | boolean, indent: string): string => {
    const deeper = indent === "" ? "" : `${indent}  `;
    const [open, between, close] = indent === "" ? ["", ",", ""] : [deeper, `,${deeper}`, indent];
    if (value === nil || value === undefined) return "null";
    if (typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
    if (typeof value === "number") return number(value);
    if (Array.isArray(value))
      return value.length === 0 ? "[]" : `[${open}${value.map((item) => write(item, deeper)).join(between)}${close}]`;
    if (value["$$is_hash"] === true) {
      const pairs = (value["$to_a"]() as [RubyObject, RubyObject][]).map(
        ([key, item]) => `${JSON.stringify(String(key["$to_s"]()))}:${indent === "" ? "" : " "}${write(item, deeper)}`,
      );
      return pairs.length === 0 ? "{}" : `{${open}${pairs.join(between)}${close}}`;
    }
    if (value["$$is_string"] === true) return JSON.stringify(String(value));
    const made = value["$to_json"];
    return typeof made === "function" && made !== generic
      ? value["$to_json"]()
      : JSON.stringify(String(value["$to_s"]()));
  };
  const generic = function toJson(this: RubyObject): string {
    return write(
      typeof this === "object" && typeof this.valueOf() !== "object" ? (this.valueOf() as unknown as string) : this,
      "",
    );
  };
  opal["def"](root, "$to_json", generic);
  own(JsonModule, ["generate", "dump", "fast_generate"], (value: RubyObject) => write(value, ""));
  own(JsonModule, "pretty_generate", (value: RubyObject) => write(value, "\n"));
  const logstashJson = opal["module"](opal["module"](root, "LogStash"), "Json") as RubyObject;
  opal["klass"](logstashJson, StandardError, "ParserError");
  own(logstashJson, "load", parse);
  own(logstashJson, "dump", (value: RubyObject) => write(value, ""));

  // ---- YAML
  const Yaml = opal["module"](root, "YAML") as RubyObject;
  opal["const_set"](root, "Psych", Yaml);
  const YamlError = opal["klass"](Yaml, StandardError, "SyntaxError") as RubyObject;
  const yaml = (source: string): unknown => {
    try {
      return toRuby(JSON.parse(host.yamlAsJson(source)));
    } catch (error) {
      return Kernel["$raise"](YamlError, (error as Error).message);
    }
  };
  own(Yaml, ["load", "safe_load", "unsafe_load"], (given: RubyObject | string) => yaml(text(given)));
  own(Yaml, ["load_file", "safe_load_file", "unsafe_load_file"], (path: unknown) => yaml(host.readFile(String(path))));

  // ---- CSV
  const Csv = opal["klass"](root, root, "CSV") as RubyObject;
  const Malformed = opal["klass"](Csv, StandardError, "MalformedCSVError") as RubyObject;
  const rows = (source: string, separator: string, quote: string): unknown[][] => {
    const found: unknown[][] = [];
    let row: unknown[] = [];
    let at = 0;
    while (at < source.length) {
      let field: string | undefined;
      if (quote !== "" && source.startsWith(quote, at)) {
        let value = "";
        for (at++; ; at++) {
          if (at >= source.length)
            return Kernel["$raise"](Malformed, `Unclosed quoted field in line ${found.length + 1}.`);
          if (source[at] !== quote) value += source[at];
          else if (source[at + 1] === quote) {
            value += quote;
            at++;
          } else break;
        }
        at++;
        field = value;
        if (at < source.length && !source.startsWith(separator, at) && !/[\r\n]/.test(source[at] as string))
          return Kernel["$raise"](Malformed, `Any value after quoted field isn't allowed in line ${found.length + 1}.`);
      } else {
        const from = at;
        while (at < source.length && !source.startsWith(separator, at) && !/[\r\n]/.test(source[at] as string)) at++;
        field = at > from ? source.slice(from, at) : undefined;
      }
      row.push(field ?? nil);
      if (source.startsWith(separator, at) && at < source.length) {
        at += separator.length;
        if (at < source.length && !/[\r\n]/.test(source[at] as string)) continue;
        row.push(nil);
      }
      if (source[at] === "\r" && source[at + 1] === "\n") at++;
      at++;
      found.push(row.length === 1 && row[0] === nil ? [] : row);
      row = [];
    }
    return found;
  };
  const parsed = (source: string, options?: RubyObject): unknown[] => {
    const separator = option(options, "col_sep");
    const quote = option(options, "quote_char");
    const list = rows(source, separator === nil ? "," : String(separator), quote === nil ? '"' : String(quote));
    const headers = option(options, "headers");
    if (headers === nil || headers === false) return list;
    const names = (Array.isArray(headers) ? headers : (list.shift() ?? [])) as RubyObject[];
    return list.map((row) => {
      const hash = opal["hash2"]([], {});
      names.forEach((name, i) => {
        opal["hash_put"](hash, name, row[i] ?? nil);
      });
      return hash;
    });
  };
  own(Csv, "parse", (given: RubyObject | string, options?: RubyObject) => parsed(text(given), options));
  own(Csv, "parse_line", (given: RubyObject | string, options?: RubyObject) => parsed(text(given), options)[0] ?? nil);
  own(Csv, ["read", "readlines"], (path: unknown, options?: RubyObject) =>
    parsed(host.readFile(String(path)), options),
  );
  const foreach = function foreach_(path: unknown, options?: RubyObject): unknown {
    const block = (foreach as unknown as RubyObject)["$$p"];
    (foreach as unknown as RubyObject)["$$p"] = null;
    for (const row of parsed(host.readFile(String(path)), options)) opal["yield1"](block, row);
    return nil;
  };
  own(Csv, "foreach", foreach);
  own(Csv, "generate_line", (row: RubyObject[], options?: RubyObject) => {
    const separator = option(options, "col_sep");
    const comma = separator === nil ? "," : String(separator);
    const written = row.map((field) => {
      const value = field === nil ? "" : String(field["$to_s"]());
      return value.includes(comma) || /["\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    });
    return `${written.join(comma)}\n`;
  });
  opal["def"](constant("String"), "$parse_csv", function parseCsv(this: string, options?: RubyObject): unknown {
    return parsed(String(this), options)[0] ?? nil;
  });
}
