import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Timestamp } from "../../event/timestamp.ts";
import type { Value } from "../../event/value.ts";

/** One stored task; `map` holds times as `{"$timestamp": ISO 8601}`. */
export interface StoredTask {
  readonly pattern: string;
  readonly taskId: string;
  readonly map: Value;
  readonly created: number;
  readonly lastEvent: number;
  readonly createdAt: number;
  readonly lastEventAt: number;
  readonly timeout?: number | undefined;
  readonly inactivityTimeout?: number | undefined;
}

const FORMAT = "antler-aggregate-maps";

/** Stores tasks as JSON, in one step: after a crash the file is the old one or the new one. */
export function storeTasks(path: string, tasks: readonly StoredTask[]): void {
  const text = JSON.stringify({
    format: FORMAT,
    version: 1,
    tasks: tasks.map((task) => ({ ...task, map: outgoing(task.map) })),
  });
  const temporary = `${path}.new`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}

/**
 * Takes the stored tasks and removes the file, so that a crash does not bring old ones back; none where there is no file.
 * @throws Error for a file that is not ours, which stays
 */
export function takeTasks(path: string): StoredTask[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  let stored: { format?: unknown; tasks?: unknown };
  try {
    stored = JSON.parse(text) as typeof stored;
  } catch {
    throw new Error(`${path} holds no maps of this program; those that Logstash stored cannot be read`);
  }
  if (stored.format !== FORMAT || !Array.isArray(stored.tasks))
    throw new Error(`${path} holds no maps of this program`);
  rmSync(path, { force: true });
  return (stored.tasks as StoredTask[]).map((task) => ({ ...task, map: incoming(task.map) }));
}

function outgoing(value: Value): Value {
  if (value instanceof Timestamp) return { $timestamp: value.toString() };
  if (Array.isArray(value)) return value.map((item) => outgoing(item as Value));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, outgoing(item as Value)]));
}

function incoming(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => incoming(item as Value));
  if (typeof value !== "object" || value === null) return value;
  const { $timestamp: time, ...rest } = value as Record<string, Value>;
  if (typeof time === "string" && Object.keys(rest).length === 0) return Timestamp.parse(time) ?? value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, incoming(item as Value)]));
}
