import type { RubyObject } from "../opal-realm.ts";
import type { RealmHost } from "./helpers.ts";

/** `Digest`, `OpenSSL`'s digests and HMAC, `Base64`, `SecureRandom` and `Zlib`. Runs inside the realm: refers to its parameters only. */
export function installDigests(opal: RubyObject, host: RealmHost): void {
  const { nil, Kernel } = opal as { nil: RubyObject; Kernel: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const raise = (name: string, message: string): never => Kernel["$raise"](constant(name), message) as never;
  const own = (of: RubyObject, names: string | string[], body: unknown): void => {
    for (const name of [names].flat()) opal["defs"](of, `$${name}`, body);
  };
  const define = (to: RubyObject, names: string | string[], body: unknown): void => {
    for (const name of [names].flat()) opal["def"](to, `$${name}`, body);
  };
  /** Bytes as characters from 0 to 255. */
  const binary = (hex: string): string => hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  const hexToBase64 = (hex: string): string => {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let made = "";
    for (let i = 0; i < hex.length; i += 6) {
      const three = hex.slice(i, i + 6);
      const bits = Number.parseInt(three.padEnd(6, "0"), 16);
      const count = three.length / 2;
      for (let k = 0; k < 4; k++) made += k <= count ? letters[(bits >> (18 - 6 * k)) & 63] : "=";
    }
    return made;
  };

  // ---- Digest
  const Digest = opal["module"](root, "Digest") as RubyObject;
  const Base = opal["klass"](Digest, root, "Base") as RubyObject;
  const OpenSsl = opal["module"](root, "OpenSSL") as RubyObject;
  const SslDigest = opal["klass"](OpenSsl, Base, "Digest") as RubyObject;
  const algorithmOf = (object: RubyObject): string =>
    object["algorithm"] ??
    object["$class"]()["antler_algorithm"] ??
    raise("ArgumentError", "a digest needs an algorithm");
  define(Base, "initialize", function initialize(this: RubyObject, name?: unknown): unknown {
    this["given"] = "";
    if (name !== undefined)
      this["algorithm"] = String(name)
        .toLowerCase()
        .replace(/^(sha)-?(\d)/, "$1$2");
    return nil;
  });
  define(Base, ["update", "<<"], function update(this: RubyObject, more: unknown): unknown {
    this["given"] += String(more);
    return this;
  });
  define(Base, "reset", function reset(this: RubyObject): unknown {
    this["given"] = "";
    return this;
  });
  const hexOf = (self: RubyObject, more: unknown): string =>
    host.digest(algorithmOf(self), more === undefined ? self["given"] : String(more));
  define(Base, ["hexdigest", "to_s"], function hexdigest(this: RubyObject, more?: unknown): string {
    return hexOf(this, more);
  });
  define(Base, "digest", function digest(this: RubyObject, more?: unknown): string {
    return binary(hexOf(this, more));
  });
  define(Base, "base64digest", function base64digest(this: RubyObject, more?: unknown): string {
    return hexToBase64(hexOf(this, more));
  });
  for (const [name, algorithm] of [
    ["MD5", "md5"],
    ["SHA1", "sha1"],
    ["SHA256", "sha256"],
    ["SHA384", "sha384"],
    ["SHA512", "sha512"],
  ] as const) {
    for (const holder of [Digest, SslDigest]) {
      const made = opal["klass"](holder, Base, name) as RubyObject;
      made["antler_algorithm"] = algorithm;
      own(made, "hexdigest", (given: unknown) => host.digest(algorithm, String(given)));
      own(made, "digest", (given: unknown) => binary(host.digest(algorithm, String(given))));
      own(made, "base64digest", (given: unknown) => hexToBase64(host.digest(algorithm, String(given))));
    }
  }
  const Sha2 = opal["klass"](Digest, Base, "SHA2") as RubyObject;
  define(Sha2, "initialize", function initialize(this: RubyObject, bits = 256): unknown {
    this["given"] = "";
    this["algorithm"] = `sha${bits}`;
    return nil;
  });
  const Hmac = opal["klass"](OpenSsl, root, "HMAC") as RubyObject;
  const hmac = (kind: RubyObject | string, key: unknown, given: unknown): string => {
    const algorithm =
      typeof kind === "string" || kind["$$is_string"] === true
        ? String(kind).toLowerCase().replace("-", "")
        : algorithmOf(kind);
    return host.digest(algorithm, String(given), String(key));
  };
  own(Hmac, "hexdigest", hmac);
  own(Hmac, "digest", (kind: RubyObject, key: unknown, given: unknown) => binary(hmac(kind, key, given)));

  // ---- Base64, SecureRandom, Zlib
  const Base64 = opal["module"](root, "Base64") as RubyObject;
  const encode = (given: unknown): string => host.base64(String(given), "encode");
  const lines = (text: string, size: number): string => text.replace(new RegExp(`.{1,${size}}`, "g"), "$&\n");
  own(Base64, "strict_encode64", encode);
  own(Base64, "encode64", (given: unknown) => lines(encode(given), 60));
  own(Base64, "urlsafe_encode64", (given: unknown, options?: RubyObject) => {
    const made = encode(given).replaceAll("+", "-").replaceAll("/", "_");
    return options?.["$$smap"]?.padding === false ? made.replace(/=+$/, "") : made;
  });
  own(Base64, ["decode64", "urlsafe_decode64"], (given: unknown) => host.base64(String(given), "decode"));
  own(Base64, "strict_decode64", (given: unknown) => {
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(String(given)))
      return raise("ArgumentError", "invalid base64");
    return host.base64(String(given), "decode");
  });
  const Secure = opal["module"](root, "SecureRandom") as RubyObject;
  own(Secure, "uuid", () => host.uuid());
  own(Secure, "hex", (size?: unknown) => host.randomHex(typeof size === "number" ? size : 16));
  own(Secure, ["base64", "urlsafe_base64"], (size?: unknown) =>
    hexToBase64(host.randomHex(typeof size === "number" ? size : 16))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, ""),
  );
  own(Secure, "alphanumeric", (size?: unknown) =>
    host.randomHex(64).slice(0, typeof size === "number" ? Math.min(size, 128) : 16),
  );
  own(Secure, ["random_number", "rand"], (limit?: unknown) => {
    const fraction = Number.parseInt(host.randomHex(6), 16) / 2 ** 48;
    return typeof limit === "number" && limit > 0
      ? Number.isInteger(limit)
        ? Math.floor(fraction * limit)
        : fraction * limit
      : fraction;
  });
  own(Secure, ["random_bytes", "bytes"], (size?: unknown) =>
    binary(host.randomHex(typeof size === "number" ? size : 16)),
  );
  const Zlib = opal["module"](root, "Zlib") as RubyObject;
  opal["klass"](Zlib, constant("StandardError"), "Error");
  own(Zlib, "crc32", (given: unknown) => (given === undefined ? 0 : host.crc32(String(given))));
  own(Zlib, ["gunzip"], (given: unknown) => host.inflate(String(given), "gzip"));
  own(Zlib, ["inflate"], (given: unknown) => host.inflate(String(given), "zlib"));
  own(Zlib, ["gzip"], (given: unknown) => host.deflate(String(given), "gzip"));
  own(Zlib, ["deflate"], (given: unknown) => host.deflate(String(given), "zlib"));
  for (const [name, direction] of [
    ["Inflate", "inflate"],
    ["Deflate", "deflate"],
  ] as const) {
    own(opal["klass"](Zlib, root, name) as RubyObject, direction, (given: unknown) =>
      host[direction](String(given), "zlib"),
    );
  }
}
