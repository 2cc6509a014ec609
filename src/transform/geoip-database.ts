import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Reader, Response } from "maxmind";
import type { Address } from "./geoip-address.ts";
import { GeoTree } from "./geoip-tree.ts";
import { RecentCache } from "./recent-cache.ts";

/** What a database has about an address, as it stands there. */
export type GeoRecord = Readonly<Record<string, unknown>>;

export interface GeoHit {
  /** The same object for addresses with the same record, while it is remembered. */
  readonly record: GeoRecord;
  /** Bits of the network that the record is about, counted as in the address's own version. */
  readonly prefixLength: number;
}

/** Records that a database remembers decoded. */
const DECODED_LIMIT = 20_000;

const require: NodeJS.Require = createRequire(import.meta.url);

/** A file in MaxMind's DB format, version 2 (maxmind.github.io/MaxMind-DB), whole in memory. */
export class GeoDatabase {
  /** `GeoLite2-City` and the like, as the file says. */
  readonly type: string;
  readonly #reader: Reader<Response>;
  readonly #tree: GeoTree;
  readonly #ipVersion: number;
  readonly #records = new RecentCache<number, GeoRecord>(DECODED_LIMIT);

  /** @throws Error for a file that is no such database */
  constructor(file: Buffer) {
    // Loaded when a pipeline has a geoip filter: others start quicker without.
    const library = require("maxmind") as typeof import("maxmind");
    this.#reader = new library.Reader<Response>(file);
    const { metadata } = this.#reader;
    this.type = metadata.databaseType;
    this.#ipVersion = metadata.ipVersion;
    this.#tree = new GeoTree(file, metadata);
  }

  /** Undefined for an address that is not in the database. */
  find(address: Address): GeoHit | undefined {
    if (address.version > this.#ipVersion) return undefined;
    const found = this.#tree.find(address);
    if (found === undefined) return undefined;
    let record = this.#records.get(found.pointer);
    if (record === undefined) {
      record = this.#reader.get(address.text) as unknown as GeoRecord | undefined;
      if (typeof record !== "object" || record === null) return undefined;
      this.#records.set(found.pointer, record);
    }
    return { record, prefixLength: found.depth };
  }
}

/** The country database that comes with Antler: whois and routing data under CC0. */
export function bundledDatabasePath(): string {
  return require.resolve("@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb");
}

const opened = new Map<string, GeoDatabase>();

/** The database of a file; a thread reads each file once. @throws Error where it cannot be read or is no database */
export function openDatabase(path: string, readFile: (path: string) => Buffer = readFileSync): GeoDatabase {
  let database = opened.get(path);
  if (database === undefined) {
    database = new GeoDatabase(readFile(path));
    opened.set(path, database);
  }
  return database;
}
