import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, fieldReference, list, number, path, text } from "../../plugin/options.ts";
import { MAP_LIMIT } from "../../transform/ruby-aggregate/task-maps.ts";
import { Aggregation, aggregateSource, DEFAULT_TIMEOUT } from "./aggregate-tasks.ts";
import { codeProblems } from "./ruby-problems.ts";

const options = {
  task_id: text({
    description:
      "What events of one task have in common, as in `%{session}`; filters with the same text share their maps",
    required: true,
  }),
  code: text({
    description: "Ruby code for each event, which sees `event`, the task's `map`, `map_meta` and `new_event_block`",
  }),
  map_action: text({
    description: "Whether the event may begin a task, must belong to one, or either",
    default: "create_or_update",
    choices: ["create", "update", "create_or_update"],
  }),
  end_of_task: boolean({ description: "The event ends its task: the map is dropped after the code", default: false }),
  aggregate_maps_path: path({
    description: "File that keeps the maps while the pipeline is stopped; for one filter of a pipeline",
  }),
  timeout: number({ description: `Seconds after which a task ends; default: ${DEFAULT_TIMEOUT}` }),
  inactivity_timeout: number({ description: "Seconds without an event after which a task ends; default: `timeout`" }),
  timeout_code: text({ description: "Ruby code for the `event` that a task's map became at its end" }),
  push_map_as_event_on_timeout: boolean({
    description: "Make an event of the map of a task whose time is up",
    default: false,
  }),
  push_previous_map_as_event: boolean({
    description: "Make an event of the map before when a task begins, for events in the order of their tasks",
    default: false,
  }),
  timeout_timestamp_field: fieldReference({
    description: "Field with the time that `timeout` is measured by; default: this machine's clock",
  }),
  timeout_task_id_field: fieldReference({ description: "Field of the made event for the task's id" }),
  timeout_tags: list({ description: "Tags of the made event", default: [] }),
};

export const aggregate: FilterPlugin = defineFilter({
  name: "aggregate",
  summary: `Gathers what several events tell of one task, by Ruby code; up to ${MAP_LIMIT} tasks of a task_id are kept.`,
  options,
  examples: [
    {
      title: "Something of the first events for the last one",
      config: `aggregate {
  task_id => "%{task}"
  code => "map['total'] ||= 0; map['total'] += event.get('cost'); event.set('total', map['total'])"
}`,
      given: { task: "a", cost: 5 },
      expect: { total: 5 },
    },
    {
      title: "An event without a task",
      config: `aggregate { task_id => "%{task}" code => "event.set('seen', true)" }`,
      given: "hello",
      expect: { seen: null },
    },
    {
      title: "An error is a tag",
      config: `aggregate { task_id => "%{task}" code => "map['missing'].length" }`,
      given: { task: "a" },
      expect: { tags: ["_aggregateexception"] },
    },
  ],
  check(settings) {
    const problems: OptionProblem[] = codeProblems(aggregateSource(settings));
    if (!/%\{[^}]+\}/.test(settings.task_id))
      problems.push({
        option: "task_id",
        message: "task_id has no place such as %{field}: all events would be one task",
      });
    const { timeout, inactivity_timeout: inactivity } = settings;
    if (timeout !== undefined && inactivity !== undefined && inactivity >= timeout)
      problems.push({ option: "inactivity_timeout", message: "inactivity_timeout must be less than timeout" });
    const pushes = settings.push_map_as_event_on_timeout || settings.push_previous_map_as_event;
    if (settings.timeout_code !== undefined && !pushes) {
      problems.push({
        option: "timeout_code",
        message:
          "timeout_code has no event to work on without push_map_as_event_on_timeout or push_previous_map_as_event",
        severity: "warning",
      });
    }
    return problems;
  },
  stateful: () => true,
  create(settings, host) {
    const aggregation = new Aggregation(settings, host);
    return {
      apply: (event, emit) => aggregation.apply(event, emit),
      flush: (parent, emit, final) => aggregation.flush(parent, emit, final),
      timeoutTags: ["_aggregateexception"],
    };
  },
});
