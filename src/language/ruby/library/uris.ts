import type { RubyObject } from "../opal-realm.ts";

/** `URI`, `CGI` and `ERB::Util`. Runs inside the realm: refers to its parameters only. */
export function installUris(opal: RubyObject): void {
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
}
