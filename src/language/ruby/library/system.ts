import type { RubyObject } from "../opal-realm.ts";
import type { RealmHost } from "./helpers.ts";

/** Files to read, `ENV`, `OpenStruct`, and stand-ins for what only makes sense with threads. Runs inside the realm: refers to its parameters only. */
export function installSystem(opal: RubyObject, host: RealmHost): void {
  const { nil, Kernel } = opal as { nil: RubyObject; Kernel: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const raise = (of: RubyObject, message: string): never => Kernel["$raise"](of, message) as never;
  const own = (of: RubyObject, names: string | string[], body: unknown): void => {
    for (const name of [names].flat()) opal["defs"](of, `$${name}`, body);
  };
  const define = (to: RubyObject, names: string | string[], body: unknown): void => {
    for (const name of [names].flat()) opal["def"](to, `$${name}`, body);
  };
  /** A method that takes a block: `body` gets it first. */
  const withBlock = (body: (block: RubyObject, ...given: never[]) => unknown): unknown => {
    const method = function taking(this: RubyObject, ...given: never[]): unknown {
      const block = (method as unknown as RubyObject)["$$p"] ?? nil;
      (method as unknown as RubyObject)["$$p"] = null;
      return body(block, ...given);
    };
    return method;
  };
  const NotImplemented = constant("NotImplementedError");

  // ---- files
  const Files = constant("File");
  const missing = constant("Errno")["$const_get"]("ENOENT");
  const read = (path: unknown): string => {
    try {
      return host.readFile(String(path));
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      return code === "ENOENT" ? raise(missing, String(path)) : raise(constant("IOError"), message);
    }
  };
  const linesOf = (path: unknown, options?: RubyObject): string[] => {
    const found = read(path).match(/[^\n]*\n|[^\n]+$/g) ?? [];
    return options?.["$$smap"]?.chomp === true ? found.map((line) => line.replace(/\r?\n$/, "")) : [...found];
  };
  for (const of of [Files, constant("IO")]) {
    own(of, ["read", "binread"], read);
    own(of, "readlines", linesOf);
    own(
      of,
      "foreach",
      withBlock((block, path, options) => {
        const lines = linesOf(path, options);
        if (block === nil) return opal["send"](lines, "each", [], null);
        for (const line of lines) opal["yield1"](block, line);
        return nil;
      }),
    );
    own(of, ["write", "binwrite", "delete", "unlink", "rename"], () =>
      raise(NotImplemented, "files are only read here"),
    );
  }
  own(Files, ["exist?", "exists?"], (path: unknown) => host.fileExists(String(path)) !== undefined);
  own(Files, ["file?", "readable?"], (path: unknown) => host.fileExists(String(path)) === "file");
  own(Files, "directory?", (path: unknown) => host.fileExists(String(path)) === "folder");
  own(
    Files,
    ["open", "new"],
    withBlock((block, path, mode) => {
      if (
        mode !== undefined &&
        mode !== nil &&
        !/^rb?(?::.*)?$/.test(String(mode)) &&
        !(mode as RubyObject)["$$is_hash"]
      )
        return raise(NotImplemented, "files are only read here");
      const file = constant("StringIO")["$new"](read(path));
      return block === nil ? file : opal["yield1"](block, file);
    }),
  );
  own(constant("Dir"), ["glob", "[]", "entries", "children", "mkdir"], () =>
    raise(NotImplemented, "folders are not read here"),
  );

  // ---- environment
  const Environment = opal["klass"](root, root, "AntlerEnvironment") as RubyObject;
  const environment = Environment["$new"]();
  const variable = (name: unknown): unknown => host.environment(String(name)) ?? nil;
  define(Environment, "[]", variable);
  define(
    Environment,
    ["key?", "has_key?", "include?", "member?"],
    (name: unknown) => host.environment(String(name)) !== undefined,
  );
  define(
    Environment,
    "fetch",
    withBlock((block, name, otherwise) => {
      const found = host.environment(String(name));
      if (found !== undefined) return found;
      if (block !== nil) return opal["yield1"](block, name);
      return otherwise === undefined ? raise(constant("KeyError"), `key not found: "${name}"`) : otherwise;
    }),
  );
  define(Environment, ["to_h", "to_hash"], () => opal["hash2"]([], {}));
  opal["const_set"](root, "ENV", environment);

  const Socket = opal["klass"](root, root, "Socket") as RubyObject;
  own(Socket, "gethostname", () => host.hostName());
  // As Linux lays out sockaddr_in and sockaddr_in6: code takes the address out of it.
  own(Socket, ["sockaddr_in", "pack_sockaddr_in"], (port: unknown, address: unknown) => {
    const given = constant("IPAddr")["$new"](String(address)) as RubyObject;
    const size = given["v6"] ? 16 : 4;
    const number = given["number"] as bigint;
    const bytes = Array.from({ length: size }, (_, i) => Number((number >> BigInt(8 * (size - 1 - i))) & 255n));
    const place = [Number(port) >> 8, Number(port) & 255];
    const all = given["v6"]
      ? [10, 0, ...place, 0, 0, 0, 0, ...bytes, 0, 0, 0, 0]
      : [2, 0, ...place, ...bytes, 0, 0, 0, 0, 0, 0, 0, 0];
    return String.fromCharCode(...all);
  });

  // ---- threads: there is one
  for (const name of ["Mutex", "Monitor"]) {
    const made = opal["klass"](root, root, name) as RubyObject;
    define(
      made,
      ["synchronize", "mon_synchronize"],
      withBlock((block) => opal["yieldX"](block, [])),
    );
    define(made, ["lock", "unlock", "enter", "exit", "try_lock"], () => true);
    define(made, ["locked?", "owned?"], () => false);
  }
  const Thread = opal["klass"](root, root, "Thread") as RubyObject;
  opal["const_set"](Thread, "Mutex", constant("Mutex"));
  own(Thread, ["new", "start", "fork"], () => raise(NotImplemented, "there are no threads here"));
  const locals = opal["hash2"]([], {});
  own(Thread, "current", () => locals);
  const Timeout = opal["module"](root, "Timeout") as RubyObject;
  opal["klass"](Timeout, constant("RuntimeError"), "Error");
  own(
    Timeout,
    "timeout",
    withBlock((block, limit) => opal["yield1"](block, limit)),
  );
  const Queue = opal["klass"](root, root, "Queue") as RubyObject;
  define(Queue, "initialize", function initialize(this: RubyObject): unknown {
    this["items"] = [];
    return nil;
  });
  define(Queue, ["push", "<<", "enq"], function push(this: RubyObject, item: unknown): unknown {
    this["items"].push(item);
    return this;
  });
  define(Queue, ["pop", "shift", "deq"], function pop(this: RubyObject): unknown {
    return this["items"].length === 0 ? raise(constant("ThreadError"), "queue empty") : this["items"].shift();
  });
  define(Queue, ["length", "size"], function length(this: RubyObject): number {
    return this["items"].length;
  });
  define(Queue, "empty?", function empty(this: RubyObject): boolean {
    return this["items"].length === 0;
  });
  define(Queue, "clear", function clear(this: RubyObject): unknown {
    this["items"] = [];
    return this;
  });

  // ---- OpenStruct
  const Open = opal["klass"](root, root, "OpenStruct") as RubyObject;
  define(Open, "initialize", function initialize(this: RubyObject, given?: RubyObject): unknown {
    this["table"] = opal["hash2"]([], {});
    if (given !== undefined && given !== nil)
      for (const [name, value] of given["$to_a"]() as [unknown, unknown][])
        opal["hash_put"](this["table"], String(name), value);
    return nil;
  });
  define(Open, "method_missing", function methodMissing(this: RubyObject, name: string, ...given: unknown[]): unknown {
    if (name.endsWith("=")) {
      opal["hash_put"](this["table"], name.slice(0, -1), given[0]);
      return given[0];
    }
    return this["table"]["$[]"](name);
  });
  define(Open, "respond_to_missing?", function responds(this: RubyObject, name: string): boolean {
    return this["table"]["$key?"](name.replace(/=$/, ""));
  });
  define(Open, "[]", function at(this: RubyObject, name: unknown): unknown {
    return this["table"]["$[]"](String(name));
  });
  define(Open, "[]=", function put(this: RubyObject, name: unknown, value: unknown): unknown {
    opal["hash_put"](this["table"], String(name), value);
    return value;
  });
  define(Open, "to_h", function toHash(this: RubyObject): unknown {
    return this["table"];
  });

  // ---- decimal numbers are floats
  const decimal = (given: RubyObject | string | number): number => {
    if (typeof given === "number") return given;
    const match = /^\s*[+-]?(?:\d[\d_]*)?(?:\.\d+)?(?:e[+-]?\d+)?/i.exec(String(given));
    const value = match === null || match[0].trim() === "" ? Number.NaN : Number(match[0].replaceAll("_", ""));
    return Number.isNaN(value) ? raise(constant("ArgumentError"), `invalid value for BigDecimal(): "${given}"`) : value;
  };
  const Decimal = opal["klass"](root, root, "BigDecimal") as RubyObject;
  own(Decimal, "new", decimal);
  define(Kernel, "BigDecimal", decimal);
  define(constant("String"), "to_d", function toDecimal(this: string): number {
    return Number.parseFloat(String(this)) || 0;
  });
  define(constant("Number"), "to_d", function toDecimal(this: number): number {
    return Number(this);
  });
  Math.random = () => host.random();
  opal["send"](root, "autoload", ["StringIO", "stringio"], null);
}
