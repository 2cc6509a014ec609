import type { RubyObject } from "../../language/ruby/opal-realm.ts";

/** Maps kept for one `task_id` pattern; the oldest goes, as if its time was up, when there is one more. */
export const MAP_LIMIT = 100_000;

/** What is kept of one task. Times are epoch milliseconds. */
export interface Task {
  readonly taskId: string;
  /** A Ruby Hash. */
  readonly map: RubyObject;
  /** By the events' own clock, where `timeout_timestamp_field` says so. */
  created: number;
  lastEvent: number;
  /** By this machine's clock. */
  readonly createdAt: number;
  lastEventAt: number;
  /** Seconds, set by code for this task. */
  timeout: number | undefined;
  inactivityTimeout: number | undefined;
}

/** The tasks of one pattern, oldest first, and the filter that has the timeout options for all of its pattern. */
export interface TaskPattern<Owner> {
  readonly tasks: Map<string, Task>;
  /** The first filter without timeout options, or the only one with them. */
  owner: Owner | undefined;
  ownerHasOptions: boolean;
}

/** What the aggregate filters of one pipeline share. */
export class PipelineTasks<Owner> {
  readonly patterns: Map<string, TaskPattern<Owner>> = new Map();
  readonly plugins: Set<string> = new Set();
  /** The plugin that stores the maps at the end. */
  storedBy: string | undefined;

  pattern(taskId: string): TaskPattern<Owner> {
    let found = this.patterns.get(taskId);
    if (found === undefined) {
      found = { tasks: new Map(), owner: undefined, ownerHasOptions: false };
      this.patterns.set(taskId, found);
    }
    return found;
  }
}

/** Whether a task's time is up at `now`, by this machine's clock. Limits are seconds. */
export function isExpired(task: Task, now: number, timeout: number, inactivityTimeout: number): boolean {
  return (
    task.createdAt < now - (task.timeout ?? timeout) * 1000 ||
    task.lastEventAt < now - (task.inactivityTimeout ?? inactivityTimeout) * 1000
  );
}

/** The same by the events' clock. */
export function isExpiredByEvents(task: Task, now: number, timeout: number, inactivityTimeout: number): boolean {
  return (
    task.created < now - (task.timeout ?? timeout) * 1000 ||
    task.lastEvent < now - (task.inactivityTimeout ?? inactivityTimeout) * 1000
  );
}
