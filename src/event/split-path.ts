import { createHash } from "node:crypto";
import type { Event } from "./event.ts";
import type { SplitPath } from "./identity.ts";

/**
 * The split path of an event that `pluginId` made as number `ordinal` (from 1) from an event with split path `parent`: the first
 * 8 bytes of SHA-256 over the parent's hash, the plugin id and the ordinal. The same input makes the same path again.
 */
export function splitOf(parent: SplitPath, pluginId: string, ordinal: number): SplitPath {
  const digest = createHash("sha256")
    .update(`${parent.high >>> 0}.${parent.low >>> 0}/${pluginId}#${ordinal}`)
    .digest();
  return { high: digest.readInt32BE(0), low: digest.readInt32BE(4) };
}

/** A new event from `parent`, with the next ordinal of this plugin. */
export function childOf(parent: Event, pluginId: string): Event {
  parent.children ??= new Map();
  const ordinal = (parent.children.get(pluginId) ?? 0) + 1;
  parent.children.set(pluginId, ordinal);
  return parent.copy(splitOf(parent.split, pluginId, ordinal));
}
