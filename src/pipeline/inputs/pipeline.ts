import { defineInput, type InputPlugin } from "../../plugin/definitions.ts";
import { text } from "../../plugin/options.ts";

const options = {
  address: text({ description: "Name under which `pipeline` outputs send to this one", required: true }),
};

export const pipelineInput: InputPlugin = defineInput({
  name: "pipeline",
  summary: "Takes events from `pipeline` outputs of other pipelines in the same process.",
  options,
  examples: [{ title: "The pipeline of one dataset", config: 'pipeline { address => "nginx.access" }' }],
  defaultCodec: "plain",
  address: (settings) => settings.address,

  start() {
    return Promise.reject(new Error("pipelines are joined when they are compiled"));
  },
});
