import { boolean, codec, hash, list, number, type Options, text } from "../../plugin/options.ts";

const everywhere: Options = {
  id: text({ description: "Name of this plugin in messages, metrics and the ledger" }),
  enable_metric: boolean({
    description: "Count events of this plugin",
    default: true,
    ignored: "counters are always kept",
  }),
};

const ecs: Options = {
  ecs_compatibility: text({
    description: "Field names: ECS (v1, v8) or Logstash's older ones (disabled); default: the pipeline's",
    choices: ["disabled", "v1", "v8"],
  }),
};

/** Options that plugins have without declaring them. */
export const COMMON_OPTIONS: Readonly<Record<"input" | "filter" | "output" | "codec", Options>> = {
  input: {
    ...everywhere,
    ...ecs,
    add_field: hash({ description: "Fields to add to every event", default: {} }),
    tags: list({ description: "Tags to add to every event", default: [] }),
    type: text({ description: "Value of the field `type`, unless the event has one" }),
    codec: codec({ description: "How the bytes become events" }),
  },
  filter: {
    ...everywhere,
    ...ecs,
    add_field: hash({ description: "Fields to add when the filter matched", default: {} }),
    add_tag: list({ description: "Tags to add when the filter matched", default: [] }),
    remove_field: list({ description: "Fields to remove when the filter matched", default: [] }),
    remove_tag: list({ description: "Tags to remove when the filter matched", default: [] }),
    periodic_flush: boolean({
      description: "Call the filter at regular times",
      default: false,
      ignored: "filters that need it do it by themselves",
    }),
  },
  output: {
    ...everywhere,
    ...ecs,
    codec: codec({ description: "How events become bytes" }),
    workers: number({ description: "Workers of this output", default: 1, ignored: "outputs scale by themselves" }),
  },
  codec: { ...everywhere, ...ecs },
};
