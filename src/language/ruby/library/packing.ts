import type { RubyObject } from "../opal-realm.ts";
import type { RealmHost } from "./helpers.ts";

/**
 * `Array#pack` and `String#unpack`. Bytes that are no UTF-8 are characters from 0 to 255 in a text. Runs inside the realm: refers to its
 * parameters only.
 */
export function installPacking(opal: RubyObject, host: RealmHost): void {
  const { nil, Kernel } = opal as { nil: RubyObject; Kernel: RubyObject };
  const root = opal["Object"];
  const constant = (name: string): RubyObject => opal["const_get_qualified"](root, name);
  const raise = (name: string, message: string): never => Kernel["$raise"](constant(name), message) as never;
  const define = (to: RubyObject, name: string, body: unknown): void => opal["def"](to, `$${name}`, body);
  const isBinary = (text: string): boolean => /[\u0080-\u00ff]/.test(text) && !/[^\u0000-\u00ff]/.test(text);
  /** Whether characters from 128 to 255 are rather letters than bytes: bytes have controls among them. */
  const isText = (text: string): boolean => !/[\u0000-\u0008\u000e-\u001f\u0080-\u009f]/.test(text);
  const encode = (text: string): string => host.base64(text, "encode");
  const lines = (text: string, size: number): string => text.replace(new RegExp(`.{1,${size}}`, "g"), "$&\n");
  const bytesOf = (text: string): number[] =>
    isBinary(text) && !isText(text)
      ? [...text].map((c) => c.charCodeAt(0))
      : (opal["send"](text, "bytes", [], null) as number[]);
  const textOf = (bytes: readonly number[]): string => {
    const made = bytes.map((byte) => String.fromCharCode(byte)).join("");
    try {
      return decodeURIComponent(
        made.replace(/[%\u0080-\u00ff]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`),
      );
    } catch {
      return made;
    }
  };
  const sizes: Record<string, [size: number, little: boolean, signed: boolean]> = {
    C: [1, true, false],
    c: [1, true, true],
    n: [2, false, false],
    N: [4, false, false],
    v: [2, true, false],
    V: [4, true, false],
    S: [2, true, false],
    s: [2, true, true],
    L: [4, true, false],
    l: [4, true, true],
    Q: [8, true, false],
    q: [8, true, true],
  };
  const directives = (format: string): [kind: string, count: number | "*" | undefined, big: boolean][] =>
    [...format.matchAll(/([A-Za-z])([<>_!]*)(\d+|\*)?/g)].map(([, kind, flags, count]) => [
      kind as string,
      count === undefined ? undefined : count === "*" ? "*" : Number(count),
      flags?.includes(">") === true,
    ]);
  const unpack = (text: string, format: string): unknown[] => {
    const bytes = bytesOf(text);
    const found: unknown[] = [];
    let at = 0;
    for (const [kind, count, big] of directives(format)) {
      const rest = bytes.length - at;
      if (kind === "H" || kind === "h") {
        const digits = count === "*" ? rest * 2 : Math.min(count ?? 1, rest * 2);
        const size = Math.ceil(digits / 2);
        const hex = bytes.slice(at, at + size).map((byte) => byte.toString(16).padStart(2, "0"));
        found.push((kind === "H" ? hex : hex.map((pair) => `${pair[1]}${pair[0]}`)).join("").slice(0, digits));
        at += size;
      } else if (kind === "B" || kind === "b") {
        const digits = count === "*" ? rest * 8 : Math.min(count ?? 1, rest * 8);
        const size = Math.ceil(digits / 8);
        const bits = bytes.slice(at, at + size).map((byte) => byte.toString(2).padStart(8, "0"));
        found.push(
          (kind === "B" ? bits : bits.map((eight) => [...eight].reverse().join(""))).join("").slice(0, digits),
        );
        at += size;
      } else if (kind === "a" || kind === "A" || kind === "Z") {
        const size = count === "*" ? rest : Math.min(count ?? 1, rest);
        const part = textOf(bytes.slice(at, at + size));
        found.push(kind === "A" ? part.replace(/[ \0]+$/, "") : kind === "Z" ? part.replace(/\0.*$/s, "") : part);
        at += size;
      } else if (kind === "U") {
        const points = [...text].map((c) => c.codePointAt(0));
        found.push(...points.slice(0, count === "*" ? points.length : (count ?? 1)));
        at = bytes.length;
      } else if (kind === "x") at += count === "*" ? rest : (count ?? 1);
      else if (kind === "m") {
        found.push(host.base64(textOf(bytes.slice(at)), "decode"));
        at = bytes.length;
      } else {
        const [size, little, signed] = sizes[kind] ?? raise("ArgumentError", `unpack with ${kind} is not had here`);
        const times = count === "*" ? Math.floor(rest / size) : (count ?? 1);
        for (let i = 0; i < times; i++) {
          if (bytes.length - at < size) {
            found.push(nil);
            continue;
          }
          const part = bytes.slice(at, at + size);
          const value = (little && !big ? part.reverse() : part).reduce((sum, byte) => sum * 256 + byte, 0);
          found.push(signed && value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value);
          at += size;
        }
      }
    }
    return found;
  };
  const pack = (list: readonly unknown[], format: string): string => {
    const bytes: number[] = [];
    let next = 0;
    for (const [kind, count, big] of directives(format)) {
      if (kind === "H") {
        const hex = String(list[next++]);
        for (let i = 0; i < hex.length; i += 2) bytes.push(Number.parseInt(hex.slice(i, i + 2).padEnd(2, "0"), 16));
      } else if (kind === "B") {
        const bits = String(list[next++]);
        for (let i = 0; i < bits.length; i += 8) bytes.push(Number.parseInt(bits.slice(i, i + 8).padEnd(8, "0"), 2));
      } else if (kind === "a" || kind === "A" || kind === "Z") {
        const part = bytesOf(String(list[next++]));
        const size = count === "*" ? part.length + (kind === "Z" ? 1 : 0) : (count ?? 1);
        for (let i = 0; i < size; i++) bytes.push(part[i] ?? (kind === "A" ? 32 : 0));
      } else if (kind === "m") {
        const part = String(list[next++]);
        return (
          bytes.map((byte) => String.fromCharCode(byte)).join("") +
          (count === 0 ? encode(part) : lines(encode(part), 60))
        );
      } else if (kind === "U") {
        const points = list.slice(next, count === "*" ? undefined : next + (count ?? 1)) as number[];
        return String.fromCodePoint(...points);
      } else if (kind === "x") for (let i = 0; i < (count === "*" ? 0 : (count ?? 1)); i++) bytes.push(0);
      else {
        const [size, little] = sizes[kind] ?? raise("ArgumentError", `pack with ${kind} is not had here`);
        const times = count === "*" ? list.length - next : (count ?? 1);
        for (let i = 0; i < times; i++) {
          let value = Number(list[next++]);
          if (value < 0) value += 2 ** (8 * size);
          const part = Array.from({ length: size }, () => {
            const byte = value % 256;
            value = Math.floor(value / 256);
            return byte;
          });
          bytes.push(...(little && !big ? part : part.reverse()));
        }
      }
    }
    // With controls among them they are bytes; else perhaps a text.
    return bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32))
      ? bytes.map((byte) => String.fromCharCode(byte)).join("")
      : textOf(bytes);
  };
  define(constant("String"), "unpack", function unpack_(this: string, format: unknown): unknown[] {
    return unpack(String(this), String(format));
  });
  define(constant("String"), "unpack1", function unpack1(this: string, format: unknown): unknown {
    return unpack(String(this), String(format))[0] ?? nil;
  });
  define(constant("Array"), "pack", function pack_(this: unknown[], format: unknown): string {
    return pack(this, String(format));
  });
}
