import type { RubyObject } from "../opal-realm.ts";

/** `URI`, `CGI`, `ERB::Util` and `IPAddr`. Runs inside the realm: refers to its parameters only. */
export function installWebTexts(opal: RubyObject): void {
  const { nil, Kernel } = opal as { nil: RubyObject; Kernel: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const own = (of: RubyObject, names: string | string[], body: unknown): void => {
    for (const name of [names].flat()) opal["defs"](of, `$${name}`, body);
  };
  const define = (
    to: RubyObject,
    names: string | string[],
    body: (self: RubyObject, ...given: never[]) => unknown,
  ): void => {
    for (const name of [names].flat())
      opal["def"](to, `$${name}`, function method(this: RubyObject, ...given: never[]): unknown {
        return body(this, ...given);
      });
  };

  // ---- percent encoding
  const encodeForm = (given: unknown): string =>
    encodeURIComponent(String(given))
      .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll("%20", "+");
  const encodeUrl = (given: unknown): string =>
    encodeURIComponent(String(given)).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const decode = (given: unknown, plus: boolean): string => {
    const text = plus ? String(given).replaceAll("+", " ") : String(given);
    return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part.replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) =>
          Number.parseInt(hex, 16) < 128 ? String.fromCharCode(Number.parseInt(hex, 16)) : "\ufffd",
        );
      }
    });
  };
  const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const escapeHtml = (given: unknown): string => String(given).replace(/[&<>"']/g, (c) => ENTITIES[c] as string);
  const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  const unescapeHtml = (given: unknown): string =>
    String(given).replace(
      /&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi,
      (_all, hex?: string, digits?: string, name?: string) =>
        name !== undefined
          ? (NAMED[name.toLowerCase()] as string)
          : String.fromCodePoint(hex === undefined ? Number(digits) : Number.parseInt(hex, 16)),
    );

  // ---- URI
  const Uri = opal["module"](root, "URI") as RubyObject;
  const UriError = opal["klass"](Uri, constant("StandardError"), "Error") as RubyObject;
  const Invalid = opal["klass"](Uri, UriError, "InvalidURIError") as RubyObject;
  const Generic = opal["klass"](Uri, root, "Generic") as RubyObject;
  const kinds: Record<string, RubyObject> = {
    http: opal["klass"](Uri, Generic, "HTTP") as RubyObject,
    ftp: opal["klass"](Uri, Generic, "FTP") as RubyObject,
  };
  kinds["https"] = opal["klass"](Uri, kinds["http"], "HTTPS") as RubyObject;
  const PORTS: Record<string, number> = { http: 80, https: 443, ftp: 21, ldap: 389, ws: 80, wss: 443 };
  /** Source: RFC 3986, appendix B. */
  const SHAPE = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/;
  const parse = (given: RubyObject | string): RubyObject => {
    const text = String(given).trim();
    const match = SHAPE.exec(text);
    if (match === null || given === nil || /[\s<>"{}|\\^`]|[^\u0000-\u007f]/.test(text))
      return Kernel["$raise"](Invalid, `bad URI(is not URI?): ${JSON.stringify(String(given))}`);
    const [, scheme, authority, path = "", query, fragment] = match;
    const place = authority === undefined ? undefined : /^(?:([^@]*)@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority);
    if (place === null) return Kernel["$raise"](Invalid, `bad URI(is not URI?): ${JSON.stringify(text)}`);
    const made = (kinds[scheme?.toLowerCase() ?? ""] ?? Generic)["$allocate"]() as RubyObject;
    const [, userinfo, host, port] = place ?? [];
    const isOpaque = scheme !== undefined && authority === undefined && !path.startsWith("/") && path !== "";
    const members: Record<string, unknown> = {
      scheme: scheme?.toLowerCase(),
      userinfo,
      user: userinfo?.split(":")[0],
      password: userinfo?.includes(":") ? userinfo.slice(userinfo.indexOf(":") + 1) : undefined,
      host: host === "" ? undefined : host,
      port:
        port === undefined || port === ""
          ? scheme === undefined
            ? undefined
            : PORTS[scheme.toLowerCase()]
          : Number(port),
      path: isOpaque ? undefined : path,
      opaque: isOpaque ? path : undefined,
      query,
      fragment,
      text,
    };
    for (const [name, value] of Object.entries(members)) made[name] = value ?? nil;
    return made;
  };
  for (const name of ["scheme", "userinfo", "user", "password", "host", "port", "path", "opaque", "query", "fragment"])
    define(Generic, name, (self) => self[name]);
  define(Generic, "hostname", (self) => (self["host"] === nil ? nil : String(self["host"]).replace(/^\[|\]$/g, "")));
  define(Generic, ["to_s", "to_str"], (self) => self["text"]);
  define(Generic, "inspect", (self) => `#<${self["$class"]()["$name"]()} ${self["text"]}>`);
  define(
    Generic,
    "request_uri",
    (self) => `${self["path"] === "" ? "/" : self["path"]}${self["query"] === nil ? "" : `?${self["query"]}`}`,
  );
  define(Generic, ["absolute?", "absolute"], (self) => self["scheme"] !== nil);
  define(Generic, "==", (self, other) => (other as RubyObject)["text"] === self["text"]);
  own(Uri, "parse", parse);
  opal["def"](Kernel, "$URI", (given: string) => parse(given));
  own(Uri, ["encode_www_form_component"], encodeForm);
  own(Uri, ["decode_www_form_component"], (given: unknown) => decode(given, true));
  own(Uri, ["encode_uri_component"], encodeUrl);
  own(Uri, ["decode_uri_component", "unescape", "decode"], (given: unknown) => decode(given, false));
  own(Uri, ["escape", "encode"], (given: unknown) => encodeURI(String(given)));
  const pairs = (text: string): [string, string][] =>
    text === ""
      ? []
      : text
          .split(/[&;]/)
          .map((pair) => [
            decode(pair.split("=")[0], true),
            decode(pair.includes("=") ? pair.slice(pair.indexOf("=") + 1) : "", true),
          ]);
  own(Uri, "decode_www_form", (given: unknown) => pairs(String(given)));
  own(Uri, "encode_www_form", (given: RubyObject) =>
    (given["$to_a"]() as [RubyObject, RubyObject][])
      .map(([name, value]) => `${encodeForm(name["$to_s"]())}=${encodeForm(value["$to_s"]())}`)
      .join("&"),
  );
  own(Uri, "extract", (given: unknown) => String(given).match(/\b[a-z][a-z0-9+.-]*:\/\/[^\s<>"]+/gi) ?? []);
  own(Uri, "regexp", () => /[a-z][a-z0-9+.-]*:\/\/[^\s<>"]+/i);

  // ---- CGI, ERB
  const Cgi = opal["klass"](root, root, "CGI") as RubyObject;
  own(Cgi, "escape", encodeForm);
  own(Cgi, "unescape", (given: unknown) => decode(given, true));
  own(Cgi, ["escapeHTML", "escape_html", "h"], escapeHtml);
  own(Cgi, ["unescapeHTML", "unescape_html"], unescapeHtml);
  own(Cgi, "parse", (given: unknown) => {
    const hash = opal["hash2"]([], {});
    for (const [name, value] of pairs(String(given))) {
      const list = hash["$[]"](name);
      if (list === nil) opal["hash_put"](hash, name, [value]);
      else list.push(value);
    }
    return hash;
  });
  const Util = opal["module"](opal["klass"](root, root, "ERB"), "Util") as RubyObject;
  own(Util, ["url_encode", "u"], encodeUrl);
  own(Util, ["html_escape", "h"], escapeHtml);

  // ---- IPAddr
  const Address = opal["klass"](root, root, "IPAddr") as RubyObject;
  const AddressError = opal["klass"](Address, constant("ArgumentError"), "Error") as RubyObject;
  const InvalidAddress = opal["klass"](Address, AddressError, "InvalidAddressError") as RubyObject;
  opal["klass"](Address, InvalidAddress, "InvalidPrefixError");
  opal["send"](Address, "include", [constant("Comparable")], null);
  const bad = (text: string): never => Kernel["$raise"](InvalidAddress, `invalid address: ${text}`) as never;
  const version4 = (text: string): bigint | undefined => {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
    if (match === null || match.slice(1).some((part) => Number(part) > 255 || /^0\d/.test(part))) return undefined;
    return match.slice(1).reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  };
  const version6 = (text: string): bigint | undefined => {
    const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
    let words = text;
    if (tail !== null) {
      const low = version4(tail[2] as string);
      if (low === undefined) return undefined;
      words = `${tail[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
    }
    const halves = words.split("::");
    if (halves.length > 2) return undefined;
    const [head, rest] = halves.map((half) => (half === "" ? [] : half.split(":"))) as [string[], string[] | undefined];
    const missing = 8 - head.length - (rest?.length ?? 0);
    if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
    const all = [...head, ...(rest === undefined ? [] : [...Array(missing).fill("0"), ...rest])];
    if (all.some((word) => !/^[0-9a-f]{1,4}$/i.test(word))) return undefined;
    return all.reduce((sum, word) => sum * 65536n + BigInt(`0x${word}`), 0n);
  };
  const masked = (self: RubyObject): RubyObject => {
    const shift = BigInt((self["v6"] ? 128 : 32) - self["bits"]);
    self["number"] = ((self["number"] as bigint) >> shift) << shift;
    return self;
  };
  const written = (number: bigint, v6: boolean): string => {
    if (!v6) return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join(".");
    const words = Array.from({ length: 8 }, (_, i) => ((number >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
    const text = words.join(":");
    const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
    const longest = runs[0];
    if (longest === undefined) return text;
    const before = text.slice(0, longest.index);
    const after = text.slice(longest.index + longest[0].length);
    return `${before}::${after.replace(/^:/, "")}`;
  };
  const read = (self: RubyObject, given: RubyObject | string | number): RubyObject => {
    if (typeof given === "number") {
      [self["number"], self["v6"], self["bits"]] = [BigInt(given), false, 32];
      return self;
    }
    const text = String(given).trim();
    const [address = "", prefix] = text.split("/");
    const plain = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
    const four = version4(plain);
    const number = four ?? version6(plain) ?? bad(text);
    self["v6"] = four === undefined;
    self["number"] = number;
    const most = self["v6"] ? 128 : 32;
    if (prefix === undefined) self["bits"] = most;
    else if (/^\d+$/.test(prefix)) self["bits"] = Number(prefix);
    else {
      const mask = version4(prefix) ?? bad(text);
      self["bits"] = mask.toString(2).padStart(32, "0").replace(/0+$/, "").length;
    }
    if (self["bits"] > most) return bad(text);
    return masked(self);
  };
  define(Address, "initialize", (self, given: never) => {
    read(self, given);
    return nil;
  });
  const other = (given: unknown): RubyObject =>
    typeof (given as RubyObject)["number"] === "bigint"
      ? (given as RubyObject)
      : read(Address["$allocate"]() as RubyObject, given as string);
  const within = (self: RubyObject, given: unknown): boolean => {
    const one = other(given);
    if (one["v6"] !== self["v6"] || one["bits"] < self["bits"]) return false;
    const shift = BigInt((self["v6"] ? 128 : 32) - self["bits"]);
    return (one["number"] as bigint) >> shift === (self["number"] as bigint) >> shift;
  };
  define(Address, ["include?", "===", "member?"], (self, given: never) => within(self, given));
  define(Address, "to_s", (self) => written(self["number"], self["v6"]));
  define(Address, "to_string", (self) =>
    self["v6"]
      ? Array.from({ length: 8 }, (_, i) =>
          (((self["number"] as bigint) >> BigInt(112 - 16 * i)) & 0xffffn).toString(16).padStart(4, "0"),
        ).join(":")
      : written(self["number"], false),
  );
  define(
    Address,
    "inspect",
    (self) => `#<IPAddr: ${self["v6"] ? "IPv6" : "IPv4"}:${written(self["number"], self["v6"])}/${self["bits"]}>`,
  );
  define(Address, "to_i", (self) => Number(self["number"]));
  define(Address, "prefix", (self) => self["bits"]);
  define(Address, "ipv4?", (self) => !self["v6"]);
  define(Address, "ipv6?", (self) => self["v6"]);
  define(Address, "family", (self) => (self["v6"] ? 10 : 2));
  define(
    Address,
    "==",
    (self, given: never) => other(given)["number"] === self["number"] && other(given)["v6"] === self["v6"],
  );
  define(Address, "eql?", (self, given: never) => other(given)["number"] === self["number"]);
  define(Address, "hash", (self) => `IPAddr:${self["number"]}/${self["bits"]}`);
  define(Address, "<=>", (self, given: never) => {
    const difference = (self["number"] as bigint) - (other(given)["number"] as bigint);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  });
  define(Address, "mask", (self, bits: never) => {
    const made = Address["$allocate"]() as RubyObject;
    [made["number"], made["v6"]] = [self["number"], self["v6"]];
    made["bits"] =
      typeof bits === "number" ? bits : read(Address["$allocate"]() as RubyObject, `0.0.0.0/${bits}`)["bits"];
    return masked(made);
  });
  const inAny = (self: RubyObject, networks: readonly string[]): boolean =>
    networks.some((network) => within(other(network), self));
  define(Address, "private?", (self) => inAny(self, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]));
  define(Address, "loopback?", (self) => inAny(self, ["127.0.0.0/8", "::1"]));
  define(Address, "link_local?", (self) => inAny(self, ["169.254.0.0/16", "fe80::/10"]));
}
