import { defineOutput, type OutputPlugin } from "../../plugin/definitions.ts";
import { boolean, list } from "../../plugin/options.ts";

const options = {
  ensure_delivery: boolean({
    description: "An address that no pipeline has is an error; with false events sent there are counted as unrouted",
    default: true,
  }),
  send_to: list({ description: "Addresses of `pipeline` inputs; each gets a copy of the event", required: true }),
};

export const pipelineOutput: OutputPlugin = defineOutput({
  name: "pipeline",
  summary:
    "Hands events to other pipelines of the same process. They run in the same worker, and a batch is acknowledged when all of them have ended.",
  options,
  examples: [{ title: "One pipeline for each dataset", config: 'pipeline { send_to => ["nginx.access"] }' }],
  defaultCodec: undefined,
  addresses: (settings) => settings.send_to,

  deliverer() {
    return Promise.reject(new Error("pipelines are joined when they are compiled"));
  },
});
