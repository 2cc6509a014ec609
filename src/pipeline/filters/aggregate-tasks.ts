import { existsSync } from "node:fs";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import type { StoredTree } from "../../event/value.ts";
import { sharedCompiler } from "../../language/ruby/compile-ruby.ts";
import type { CompiledRuby, RubySource } from "../../language/ruby/compiled-unit.ts";
import type { RubyObject } from "../../language/ruby/opal-realm.ts";
import { compileSprintf, type Sprintf } from "../../language/sprintf.ts";
import type { Emit, FilterHost } from "../../plugin/definitions.ts";
import { mapMeta } from "../../transform/ruby-aggregate/map-meta.ts";
import { type StoredTask, storeTasks, takeTasks } from "../../transform/ruby-aggregate/maps-file.ts";
import {
  isExpired,
  isExpiredByEvents,
  MAP_LIMIT,
  PipelineTasks,
  type Task,
  type TaskPattern,
} from "../../transform/ruby-aggregate/task-maps.ts";
import { type RubyRuntime, sharedRuby } from "../../transform/ruby-event/ruby-runtime.ts";
import { FailureLog } from "./failure-log.ts";
import { PluginFrame } from "./ruby-frame.ts";

export interface AggregateSettings {
  readonly task_id: string;
  readonly code: string | undefined;
  readonly map_action: string;
  readonly end_of_task: boolean;
  readonly aggregate_maps_path: string | undefined;
  readonly timeout: number | undefined;
  readonly inactivity_timeout: number | undefined;
  readonly timeout_code: string | undefined;
  readonly push_map_as_event_on_timeout: boolean;
  readonly push_previous_map_as_event: boolean;
  readonly timeout_timestamp_field: string | undefined;
  readonly timeout_task_id_field: string | undefined;
  readonly timeout_tags: readonly string[];
}

/** Seconds after which a task ends where no filter says otherwise. */
export const DEFAULT_TIMEOUT = 1800;
const EXCEPTION_TAG = "_aggregateexception";
const FINAL_TAG = "_aggregatefinalflush";

/** The code of both options, as one class. */
export function aggregateSource(settings: Pick<AggregateSettings, "code" | "timeout_code">): RubySource {
  return {
    owner: "Aggregate",
    parts: [
      {
        name: "code",
        kind: "method",
        method: "antler_code",
        parameters: ["event", "map", "map_meta", "new_event_block"],
        code: settings.code ?? "",
        once: false,
      },
      {
        name: "timeout_code",
        kind: "method",
        method: "antler_timeout",
        parameters: ["event"],
        code: settings.timeout_code ?? "",
        once: false,
      },
    ],
  };
}

/** Timeout options that a filter has; all of a pattern's stand at one filter. */
export function timeoutOptions(settings: AggregateSettings): string[] {
  return [
    settings.timeout !== undefined && "timeout",
    settings.inactivity_timeout !== undefined && "inactivity_timeout",
    settings.timeout_code !== undefined && "timeout_code",
    settings.push_map_as_event_on_timeout && "push_map_as_event_on_timeout",
    settings.push_previous_map_as_event && "push_previous_map_as_event",
    settings.timeout_timestamp_field !== undefined && "timeout_timestamp_field",
    settings.timeout_task_id_field !== undefined && "timeout_task_id_field",
    settings.timeout_tags.length > 0 && "timeout_tags",
  ].filter((name) => name !== false);
}

/** The tasks of the pipelines of one program, which all its filters get the same clock of. */
const programs = new WeakMap<() => number, Map<string, PipelineTasks<Aggregation>>>();

function tasksOf(host: FilterHost): PipelineTasks<Aggregation> {
  const pipelines = programs.get(host.now) ?? new Map<string, PipelineTasks<Aggregation>>();
  programs.set(host.now, pipelines);
  let found = pipelines.get(host.pipelineId);
  // The same plugin again: the pipeline has been made anew.
  if (found === undefined || found.plugins.has(host.pluginId)) {
    found = new PipelineTasks();
    pipelines.set(host.pipelineId, found);
  }
  found.plugins.add(host.pluginId);
  return found;
}

/** One aggregate filter at work. */
export class Aggregation {
  readonly #settings: AggregateSettings;
  readonly #host: FilterHost;
  readonly #ruby: RubyRuntime;
  readonly #frame: PluginFrame;
  readonly #object: RubyObject;
  readonly #compiled: CompiledRuby;
  readonly #failures: FailureLog;
  readonly #limited: FailureLog;
  readonly #taskId: Sprintf;
  readonly #tasks: PipelineTasks<Aggregation>;
  readonly #pattern: TaskPattern<Aggregation>;
  readonly #timeField: FieldReference | undefined;
  readonly #taskIdField: FieldReference | undefined;

  /** @throws Error where two filters have timeout options for one pattern, or the stored maps cannot be read */
  constructor(settings: AggregateSettings, host: FilterHost) {
    this.#settings = settings;
    this.#host = host;
    this.#ruby = sharedRuby();
    this.#frame = new PluginFrame(host);
    this.#compiled = sharedCompiler().compile(aggregateSource(settings));
    this.#object = this.#ruby.instance(this.#compiled);
    this.#failures = new FailureLog(host.log, host.now);
    this.#limited = new FailureLog(host.log, host.now);
    this.#taskId = compileSprintf(settings.task_id, host.now);
    const { timeout_timestamp_field: time, timeout_task_id_field: id } = settings;
    this.#timeField = time === undefined ? undefined : new FieldReference(time);
    this.#taskIdField = id === undefined ? undefined : new FieldReference(id);
    this.#tasks = tasksOf(host);
    this.#pattern = this.#tasks.pattern(settings.task_id);
    this.#claim();
    if (settings.aggregate_maps_path !== undefined) this.#restore(settings.aggregate_maps_path);
  }

  /** Becomes the filter that ends its pattern's tasks, where it has the options for that or there is no other. */
  #claim(): void {
    const mine = timeoutOptions(this.#settings).length > 0;
    if (mine && this.#pattern.ownerHasOptions) {
      throw new Error(
        `${this.#host.pluginId}: another aggregate filter has timeout options for the task_id ${this.#settings.task_id}; all of them belong to one filter`,
      );
    }
    if (mine || this.#pattern.owner === undefined) {
      this.#pattern.owner = this;
      this.#pattern.ownerHasOptions = mine;
    }
  }

  #restore(path: string): void {
    if (this.#tasks.storedBy !== undefined)
      throw new Error(`${this.#host.pluginId}: aggregate_maps_path belongs to one aggregate filter of a pipeline`);
    this.#tasks.storedBy = this.#host.pluginId;
    if (!existsSync(path)) return;
    for (const stored of takeTasks(path)) {
      const { pattern, map, ...task } = stored;
      this.#tasks.pattern(pattern).tasks.set(task.taskId, {
        ...task,
        timeout: task.timeout,
        inactivityTimeout: task.inactivityTimeout,
        map: this.#ruby.values.toRuby(map) as RubyObject,
      });
    }
  }

  get #owner(): Aggregation {
    return this.#pattern.owner ?? this;
  }

  get #timeout(): number {
    return this.#settings.timeout ?? DEFAULT_TIMEOUT;
  }

  get #inactivityTimeout(): number {
    return this.#settings.inactivity_timeout ?? this.#timeout;
  }

  get pushesPrevious(): boolean {
    return this.#settings.push_previous_map_as_event;
  }

  get #pushes(): boolean {
    return this.#settings.push_map_as_event_on_timeout || this.#settings.push_previous_map_as_event;
  }

  apply(event: Event, emit: Emit): boolean {
    const { task_id: pattern, map_action: action } = this.#settings;
    const taskId = this.#taskId(event);
    if (taskId === pattern) return false;
    const { tasks } = this.#pattern;
    const owner = this.#owner;
    const made: Event[] = [];
    const eventTime = owner.#timeOf(event);
    let task = tasks.get(taskId);
    if (
      task !== undefined &&
      owner.#timeField !== undefined &&
      isExpiredByEvents(task, eventTime, owner.#timeout, owner.#inactivityTimeout)
    ) {
      tasks.delete(taskId);
      if (owner.#pushes) made.push(owner.#finished(task, event));
      task = undefined;
    }
    if (task === undefined && action === "update") return this.#send(made, emit, false);
    if (task !== undefined && action === "create") return this.#send(made, emit, false);
    task ??= this.#begin(taskId, eventTime, event, made);
    task.lastEvent = eventTime;
    task.lastEventAt = this.#host.now();
    const ran = this.#run(event, task, emit);
    if (this.#settings.end_of_task) tasks.delete(taskId);
    else if (task.timeout === 0 || task.inactivityTimeout === 0) {
      tasks.delete(taskId);
      if (owner.#pushes) made.push(owner.#finished(task, event));
    }
    return this.#send(made, emit, ran);
  }

  #begin(taskId: string, eventTime: number, event: Event, made: Event[]): Task {
    const { tasks } = this.#pattern;
    const owner = this.#owner;
    const now = this.#host.now();
    const [oldest] = tasks.values();
    if (oldest !== undefined && owner.#settings.push_previous_map_as_event) {
      tasks.delete(oldest.taskId);
      made.push(owner.#finished(oldest, event));
    } else if (oldest !== undefined && tasks.size >= MAP_LIMIT) {
      tasks.delete(oldest.taskId);
      if (owner.#pushes) made.push(owner.#finished(oldest, event));
      this.#limited.report(`${this.#host.pluginId} keeps ${MAP_LIMIT} maps: the oldest ended before its time`, {
        task_id: this.#settings.task_id,
      });
    }
    const map = this.#ruby.values.hash({});
    const task: Task = {
      taskId,
      map,
      created: eventTime,
      lastEvent: eventTime,
      createdAt: now,
      lastEventAt: now,
      timeout: undefined,
      inactivityTimeout: undefined,
    };
    tasks.set(taskId, task);
    return task;
  }

  /** Whether the code ran to its end. */
  #run(event: Event, task: Task, emit: Emit): boolean {
    if (this.#settings.code === undefined) return true;
    this.#frame.begin(event, emit);
    const ruby = this.#ruby;
    try {
      ruby.call(
        this.#frame,
        this.#object,
        "$antler_code",
        ruby.events.wrap(event),
        task.map,
        mapMeta(ruby, task),
        ruby.newEventBlock,
      );
      return true;
    } catch (error) {
      this.#failed(error, "code");
      event.tag(EXCEPTION_TAG);
      return false;
    }
  }

  #failed(error: unknown, option: string): void {
    const { className, message, place } = this.#ruby.failureOf(error, this.#compiled);
    this.#failures.report(
      `Ruby exception in ${option} of ${this.#host.pluginId}: ${message}`,
      { plugin: this.#host.pluginId, exception: className },
      place,
    );
  }

  /** The event that a task became, as a child of `parent`. */
  #finished(task: Task, parent: Event): Event {
    const event = this.#host.child(parent);
    const made = this.#ruby.events.made(this.#documentOf(task) ?? { tags: [EXCEPTION_TAG] }, this.#host.now);
    event.fields = made.fields;
    event.metadata = made.metadata;
    this.#taskIdField?.set(event, task.taskId);
    for (const tag of this.#settings.timeout_tags) event.tag(tag);
    if (this.#settings.timeout_code !== undefined) {
      this.#frame.begin(event, () => undefined);
      try {
        this.#ruby.call(this.#frame, this.#object, "$antler_timeout", this.#ruby.events.wrap(event));
      } catch (error) {
        this.#failed(error, "timeout_code");
        event.tag(EXCEPTION_TAG);
      }
    }
    return event;
  }

  /** A map as fields; undefined where it holds something that no event can hold. */
  #documentOf(task: Task): StoredTree | undefined {
    try {
      return this.#ruby.values.treeOf(task.map);
    } catch (error) {
      this.#failed(error, "a map that cannot be an event");
      return undefined;
    }
  }

  #timeOf(event: Event): number {
    const time = this.#timeField?.get(event);
    return time instanceof Timestamp ? time.epochMs : this.#host.now();
  }

  #send(made: readonly Event[], emit: Emit, matched: boolean): boolean {
    for (const event of made) emit(event, false);
    return matched;
  }

  /** Ends tasks whose time is up; at the end of the pipeline stores the maps where that is wanted. */
  flush(parent: Event, emit: Emit, final: boolean): void {
    if (this.#pattern.owner === this) this.#endTasks(parent, emit, final);
    if (final && this.#settings.aggregate_maps_path !== undefined) this.#store(this.#settings.aggregate_maps_path);
  }

  #endTasks(parent: Event, emit: Emit, final: boolean): void {
    const { tasks } = this.#pattern;
    const now = this.#host.now();
    const all = final && this.#settings.push_previous_map_as_event;
    for (const task of [...tasks.values()]) {
      if (!all && !isExpired(task, now, this.#timeout, this.#inactivityTimeout)) continue;
      tasks.delete(task.taskId);
      if (!this.#pushes) continue;
      const event = this.#finished(task, parent);
      if (final) event.tag(FINAL_TAG);
      emit(event, false);
    }
  }

  #store(path: string): void {
    const stored: StoredTask[] = [];
    for (const [pattern, { tasks, owner }] of this.#tasks.patterns) {
      // Those that their filter sends on at the end are not kept as well.
      if (owner?.pushesPrevious === true) continue;
      for (const task of tasks.values()) {
        try {
          stored.push({ ...task, pattern, map: this.#ruby.values.fromRuby(task.map) });
        } catch (error) {
          this.#failed(error, "a map that cannot be stored");
        }
      }
    }
    try {
      if (stored.length > 0) storeTasks(path, stored);
    } catch (error) {
      this.#host.log.error(`${this.#host.pluginId}: the maps could not be stored: ${(error as Error).message}`, {
        path,
        maps: stored.length,
      });
    }
  }
}
