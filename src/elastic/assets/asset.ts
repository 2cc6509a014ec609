import { createHash } from "node:crypto";
import { canonicalText, type JsonObject, objectAt } from "./json.ts";

/** A kind of thing that setup makes. Its reader and writer are an AssetStore, so that other systems' kinds go through the same plan. */
export interface AssetKind {
  /** As in reports: `index_template`. */
  readonly id: string;
  /** As in messages: `index template`. */
  readonly title: string;
  /** Folder of an export. */
  readonly folder: string;
  /** What makes one: `PUT /_index_template/logs`. */
  request(name: string): string;
  /** What such a request carries. */
  content(body: JsonObject): JsonObject;
  /** The body without its mark, with defaults written out, so that equal things are equal JSON. */
  normalise(body: JsonObject): JsonObject;
}

/** Something to make. `body` has no mark yet. */
export interface Asset {
  readonly kind: AssetKind;
  readonly name: string;
  /** What it is for, in one line; goes into its mark. */
  readonly purpose: string;
  readonly body: JsonObject;
  /** Names of assets that it is made of. */
  readonly needs: readonly string[];
}

/** Where assets of some kinds are. Errors are those of the system behind it. */
export interface AssetStore {
  /** Undefined: there is none of this name. */
  read(asset: Asset): Promise<JsonObject | undefined>;
  /** `create`: it must not be there yet. */
  write(asset: Asset, body: JsonObject, create: boolean): Promise<void>;
}

const OWNER = "antler";

/** SHA-256 of what something says, in hex, shortened to 16 digits: enough to see that somebody changed it. */
export function contentHash(kind: AssetKind, body: JsonObject): string {
  return createHash("sha256")
    .update(canonicalText(kind.normalise(body)))
    .digest("hex")
    .slice(0, 16);
}

/** The body as it is written: with whose it is and what it said when it was. */
export function marked(asset: Asset): JsonObject {
  const mark = { managed_by: OWNER, description: asset.purpose, hash: contentHash(asset.kind, asset.body) };
  return { ...asset.body, _meta: mark };
}

/** `own`: as we made it. `edited`: ours, and changed by someone since. `foreign`: not ours. */
export function ownership(kind: AssetKind, body: JsonObject): "own" | "edited" | "foreign" {
  const mark = objectAt(body, "_meta");
  if (mark["managed_by"] !== OWNER) return "foreign";
  return mark["hash"] === contentHash(kind, body) ? "own" : "edited";
}
