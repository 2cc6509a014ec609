import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Event } from "../../../src/event/event.ts";
import { childOf } from "../../../src/event/split-path.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import type { ObjectValue, StoredTree } from "../../../src/event/value.ts";
import { aggregate } from "../../../src/pipeline/filters/aggregate.ts";
import type { FilterHost, FilterInstance } from "../../../src/plugin/definitions.ts";
import { comparable } from "../../support/run-filters.ts";
import { forgetTemporaryCache, useTemporaryCache } from "./ruby-cache.ts";
import { problemsOf } from "./support.ts";

const START = Date.UTC(2026, 0, 1);

/** The aggregate filters of one pipeline, with a clock of their own. */
class Pipeline {
  now = START;
  readonly said: string[] = [];
  readonly #clock = (): number => this.now;
  #plugins = 0;

  filter(settings: object): FilterInstance {
    this.#plugins++;
    const pluginId = `aggregate#${this.#plugins}`;
    const say = (message: string): void => {
      this.said.push(message);
    };
    const host: FilterHost = {
      pluginId,
      pipelineId: "main",
      ecs: "v8",
      log: { info: say, warn: say, error: say },
      now: this.#clock,
      random: () => 0.5,
      child: (parent) => childOf(parent, pluginId),
    };
    const defaults = Object.fromEntries(
      Object.entries(aggregate.options).map(([name, option]) => [name, option.default]),
    );
    return aggregate.create({ ...defaults, ...settings } as never, host);
  }
}

function event(fields: StoredTree, time = START): Event {
  const made = new Event(0, { ...fields });
  made.timestamp = new Timestamp(time);
  return made;
}

const told = (made: Event): ObjectValue => {
  const { "@timestamp": _time, "@version": _version, ...rest } = comparable(made.toObject()) as ObjectValue;
  return rest;
};

/** What comes of an event: the events made, and whether the filter matched. */
function apply(filter: FilterInstance, given: Event): { made: ObjectValue[]; matched: boolean } {
  const made: ObjectValue[] = [];
  const matched = filter.apply(given, (one, decorated) => {
    assert.equal(decorated, false);
    made.push(told(one));
  });
  return { made, matched };
}

function flush(filter: FilterInstance, final = false): ObjectValue[] {
  const made: ObjectValue[] = [];
  filter.flush?.(event({}), (one) => made.push(told(one)), final);
  return made;
}

describe("filter aggregate", function () {
  this.timeout(30_000);
  before(useTemporaryCache);
  after(forgetTemporaryCache);

  it("gathers from the first to the last event of a task, in several filters", () => {
    const pipeline = new Pipeline();
    const task = { task_id: "%{id}" };
    const begin = pipeline.filter({
      ...task,
      map_action: "create",
      code: "map['sum'] = 0; map['names'] = []; map['text'] = ''",
    });
    const more = pipeline.filter({
      ...task,
      map_action: "update",
      code: "map['sum'] += event.get('n'); map['names'] << event.get('name'); map['text'] << 'x'",
    });
    const end = pipeline.filter({
      ...task,
      map_action: "update",
      end_of_task: true,
      timeout: 60,
      code: "map.each { |k, v| event.set(k, v) }; event.set('task', map_meta.task_id)",
    });
    const matched = [
      apply(more, event({ id: 1, n: 100, name: "before" })),
      apply(begin, event({ id: 1 })),
      apply(more, event({ id: 1, n: 1, name: "a" })),
      apply(begin, event({ id: 2 })),
      apply(begin, event({ id: 1 })),
      apply(more, event({ id: 1, n: 2, name: "b" })),
      apply(more, event({ id: 2, n: 5, name: "c" })),
    ].map((result) => result.matched);
    assert.deepEqual(matched, [false, true, true, true, false, true, true]);
    const last = event({ id: 1 });
    assert.equal(apply(end, last).matched, true);
    assert.deepEqual(told(last), { id: 1, sum: 3, names: ["a", "b"], text: "xx", task: "1" });
    assert.equal(apply(end, event({ id: 1 })).matched, false);
  });

  it("passes events without a task", () => {
    const filter = new Pipeline().filter({ task_id: "%{id}", code: "event.set('x', 1)" });
    const given = event({ a: 1 });
    assert.deepEqual(apply(filter, given), { made: [], matched: false });
    assert.deepEqual(told(given), { a: 1 });
  });

  it("makes an event of a map whose time is up", () => {
    const pipeline = new Pipeline();
    const filter = pipeline.filter({
      task_id: "%{user}",
      code: "map['clicks'] ||= 0; map['clicks'] += 1",
      push_map_as_event_on_timeout: true,
      timeout: 600,
      inactivity_timeout: 300,
      timeout_task_id_field: "user",
      timeout_tags: ["_aggregatetimeout"],
      timeout_code: "event.set('several', event.get('clicks') > 1)",
    });
    for (const user of ["a", "b", "a"]) assert.deepEqual(apply(filter, event({ user })), { made: [], matched: true });
    pipeline.now += 299_000;
    apply(filter, event({ user: "b" }));
    assert.deepEqual(flush(filter), []);
    pipeline.now += 2000;
    assert.deepEqual(flush(filter), [{ clicks: 2, user: "a", several: true, tags: ["_aggregatetimeout"] }]);
    pipeline.now = START + 601_000;
    assert.deepEqual(flush(filter), [{ clicks: 2, user: "b", several: true, tags: ["_aggregatetimeout"] }]);
    assert.deepEqual(flush(filter), []);
  });

  it("drops maps without an event after the default time", () => {
    const pipeline = new Pipeline();
    const filter = pipeline.filter({
      task_id: "%{id}",
      code: "map['n'] ||= 0; map['n'] += 1; event.set('n', map['n'])",
    });
    const count = (): unknown => {
      const given = event({ id: 1 });
      apply(filter, given);
      return given.fields["n"];
    };
    assert.equal(count(), 1);
    pipeline.now += 1_799_000;
    assert.deepEqual(flush(filter), []);
    assert.equal(count(), 2);
    pipeline.now += 2000;
    assert.deepEqual(flush(filter), []);
    assert.equal(count(), 1);
  });

  it("pushes the map before when the next task begins, and the last one at the end", () => {
    const pipeline = new Pipeline();
    const filter = pipeline.filter({
      task_id: "%{c}",
      code: "map['c'] = event.get('c'); event.cancel",
      push_previous_map_as_event: true,
      timeout: 5,
    });
    assert.deepEqual(apply(filter, event({ c: "x" })).made, []);
    assert.deepEqual(apply(filter, event({ c: "x" })).made, []);
    assert.deepEqual(apply(filter, event({ c: "y" })).made, [{ c: "x" }]);
    assert.deepEqual(flush(filter, true), [{ c: "y", tags: ["_aggregatefinalflush"] }]);
  });

  it("measures by the events' time where it is told to", () => {
    const filter = new Pipeline().filter({
      task_id: "%{id}",
      code: "map['n'] ||= 0; map['n'] += 1",
      push_map_as_event_on_timeout: true,
      timeout: 60,
      timeout_timestamp_field: "@timestamp",
    });
    assert.deepEqual(apply(filter, event({ id: 1 }, START)).made, []);
    assert.deepEqual(apply(filter, event({ id: 1 }, START + 60_000)).made, []);
    assert.deepEqual(apply(filter, event({ id: 1 }, START + 60_001)).made, [{ n: 2 }]);
    assert.deepEqual(apply(filter, event({ id: 1 }, START + 60_002)).made, []);
  });

  it("lets code set a task's own limits", () => {
    const pipeline = new Pipeline();
    const filter = pipeline.filter({
      task_id: "%{id}",
      code: "map['id'] = event.get('id'); map_meta.timeout = event.get('limit') if event.get('limit')",
      push_map_as_event_on_timeout: true,
      timeout: 100,
    });
    assert.deepEqual(apply(filter, event({ id: 1, limit: 10 })).made, []);
    assert.deepEqual(apply(filter, event({ id: 2 })).made, []);
    assert.deepEqual(apply(filter, event({ id: 3, limit: 0 })).made, [{ id: 3 }]);
    pipeline.now += 11_000;
    assert.deepEqual(flush(filter), [{ id: 1 }]);
  });

  it("sends on what code makes", () => {
    const filter = new Pipeline().filter({
      task_id: "%{id}",
      code: "new_event_block.call(LogStash::Event.new('from' => map_meta.task_id))",
    });
    assert.deepEqual(apply(filter, event({ id: 7 })).made, [{ from: "7" }]);
  });

  it("tags errors of both codes and goes on", () => {
    const pipeline = new Pipeline();
    const filter = pipeline.filter({
      task_id: "%{id}",
      code: "map['a'] = 1; nil.size",
      timeout_code: "nil.size",
      push_map_as_event_on_timeout: true,
      timeout: 1,
    });
    const given = event({ id: 1 });
    assert.equal(apply(filter, given).matched, false);
    assert.deepEqual(given.fields["tags"], ["_aggregateexception"]);
    pipeline.now += 2000;
    assert.deepEqual(flush(filter), [{ a: 1, tags: ["_aggregateexception"] }]);
    assert.match(pipeline.said[0] ?? "", /Ruby exception in code of aggregate#1/);
  });

  it("wants the timeout options of a task_id in one filter", () => {
    const pipeline = new Pipeline();
    pipeline.filter({ task_id: "%{id}", timeout: 5 });
    pipeline.filter({ task_id: "%{id}" });
    pipeline.filter({ task_id: "%{other}", timeout: 5 });
    assert.throws(() => pipeline.filter({ task_id: "%{id}", timeout_tags: ["x"] }), /belong to one filter/);
  });

  it("ends tasks by the options of the filter that has them", () => {
    const pipeline = new Pipeline();
    const first = pipeline.filter({ task_id: "%{id}", code: "map['a'] = 1", map_action: "create" });
    const second = pipeline.filter({
      task_id: "%{id}",
      map_action: "update",
      push_map_as_event_on_timeout: true,
      timeout: 5,
    });
    apply(first, event({ id: 1 }));
    pipeline.now += 6000;
    assert.deepEqual(flush(first), []);
    assert.deepEqual(flush(second), [{ a: 1 }]);
  });

  describe("maps over a stop", () => {
    let folder: string;
    let path: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "antler-aggregate-"));
      path = join(folder, "maps");
    });
    after(() => rmSync(folder, { recursive: true, force: true }));
    const settings = (): object => ({
      task_id: "%{id}",
      aggregate_maps_path: path,
      code: "map['list'] ||= []; map['list'] << event.get('v'); map['at'] ||= event.timestamp; event.set('list', map['list']); event.set('at', map['at'])",
    });

    it("are there again, times as times, and the file is gone", () => {
      apply(new Pipeline().filter(settings()), event({ id: 1, v: "never stored" }));
      const before = new Pipeline();
      const filter = before.filter(settings());
      apply(filter, event({ id: 1, v: "a" }));
      assert.deepEqual(flush(filter, true), []);
      assert.ok(existsSync(path));
      const again = new Pipeline().filter(settings());
      assert.ok(!existsSync(path));
      const given = event({ id: 1, v: "b" }, START + 5);
      apply(again, given);
      assert.deepEqual(given.fields["list"], ["a", "b"]);
      assert.deepEqual(given.fields["at"], new Timestamp(START));
    });
    it("that are not ours are an error and stay", () => {
      writeFileSync(path, "\u0004\bmarshalled");
      assert.throws(() => new Pipeline().filter(settings()), /no maps of this program/);
      assert.equal(readFileSync(path, "utf8"), "\u0004\bmarshalled");
    });
    it("are stored by one filter only", () => {
      rmSync(path, { force: true });
      const pipeline = new Pipeline();
      pipeline.filter(settings());
      assert.throws(() => pipeline.filter(settings()), /one aggregate filter/);
    });
  });

  it("is checked", () => {
    assert.deepEqual(problemsOf(aggregate, { task_id: "%{id}", code: "map['a'] = event.get('a')" }), []);
    assert.match(problemsOf(aggregate, { task_id: "fixed" })[0]?.message ?? "", /no place/);
    assert.match(problemsOf(aggregate, { task_id: "%{id}", code: "a = (" })[0]?.message ?? "", /^line 1: /);
    assert.equal(problemsOf(aggregate, { task_id: "%{id}", timeout_code: "b = (" })[0]?.option, "timeout_code");
    assert.match(
      problemsOf(aggregate, { task_id: "%{id}", timeout: 5, inactivity_timeout: 5 })[0]?.message ?? "",
      /less than timeout/,
    );
    assert.equal(aggregate.stateful?.({} as never), true);
  });
});
