import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { crc32 as crcOf, deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { parse as parseYaml } from "yaml";
import { LIBRARIES } from "./libraries.ts";
import type { RealmHost } from "./library/helpers.ts";
import { translateRegexp } from "./ruby-regexp.ts";

/** Bytes that a compressed text may become. */
const INFLATED_LIMIT = 64 * 1024 * 1024;

/** What Ruby gets of the machine: files to read, the clock, random numbers; no network, no programs. */
export function realmHost(now: () => number, random: () => number): RealmHost {
  return {
    translate: translateRegexp,
    hasLibrary: (name) => LIBRARIES.has(name),
    now,
    random,
    readFile: (path) => readFileSync(path, "utf8"),
    fileExists: (path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found === undefined ? undefined : found.isDirectory() ? "folder" : "file";
    },
    digest: (algorithm, text, key) =>
      (key === undefined ? createHash(algorithm) : createHmac(algorithm, key)).update(bytesOf(text)).digest("hex"),
    base64: (text, direction) =>
      direction === "encode" ? bytesOf(text).toString("base64") : Buffer.from(text, "base64").toString("utf8"),
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
    uuid: () => randomUUID(),
    hostName: () => hostname(),
    environment: (name) => process.env[name],
    yamlAsJson: (text) => JSON.stringify(parseYaml(text) ?? null),
    inflate: (text, kind) =>
      (kind === "gzip" ? gunzipSync : inflateSync)(Buffer.from(text, "latin1"), {
        maxOutputLength: INFLATED_LIMIT,
      }).toString("utf8"),
    deflate: (text, kind) => (kind === "gzip" ? gzipSync : deflateSync)(Buffer.from(text, "utf8")).toString("latin1"),
    crc32: (text) => crcOf(text),
  };
}

/**
 * The bytes of a text. Ruby's binary strings (from digests and `pack`) are texts of characters up to 255 with controls among them, which
 * no text that anybody writes has.
 */
function bytesOf(text: string): Buffer {
  const isBinary =
    /[\u0080-\u00ff]/.test(text) && /[\0-\u0008\u000e-\u001f\u007f-\u009f]/.test(text) && !/[^\0-\u00ff]/.test(text);
  return Buffer.from(text, isBinary ? "latin1" : "utf8");
}
