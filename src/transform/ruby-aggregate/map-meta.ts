import type { RubyObject } from "../../language/ruby/opal-realm.ts";
import type { RubyRuntime } from "../ruby-event/ruby-runtime.ts";
import type { Task } from "./task-maps.ts";

const classes = new WeakMap<RubyRuntime, RubyObject>();

/** What code sees as `map_meta`: the task's id and times, and its own limits, which it may set. */
export function mapMeta(ruby: RubyRuntime, task: Task): RubyObject {
  let made = classes.get(ruby);
  if (made === undefined) {
    made = defineElement(ruby);
    classes.set(ruby, made);
  }
  const object = made["$allocate"]() as RubyObject;
  object["task"] = task;
  return object;
}

function defineElement(ruby: RubyRuntime): RubyObject {
  const { engine } = ruby;
  const element = engine.opal["klass"](
    engine.constant("LogStash::Filters::Aggregate"),
    engine.opal["Object"],
    "Element",
  ) as RubyObject;
  const taskOf = (self: RubyObject): Task => self["task"] as Task;
  const seconds = (value: unknown): number | undefined => (value === engine.nil ? undefined : engine.number(value));
  engine.define(element, "task_id", (self) => taskOf(self).taskId);
  engine.define(element, "map", (self) => taskOf(self).map);
  engine.define(element, "creation_timestamp", (self) => engine.time(taskOf(self).created, 0));
  engine.define(element, "lastevent_timestamp", (self) => engine.time(taskOf(self).lastEvent, 0));
  engine.define(element, "timeout", (self) => taskOf(self).timeout ?? engine.nil);
  engine.define(element, "inactivity_timeout", (self) => taskOf(self).inactivityTimeout ?? engine.nil);
  engine.define(element, "timeout=", (self, value) => {
    taskOf(self).timeout = seconds(value);
    return value;
  });
  engine.define(element, "inactivity_timeout=", (self, value) => {
    taskOf(self).inactivityTimeout = seconds(value);
    return value;
  });
  return element;
}
