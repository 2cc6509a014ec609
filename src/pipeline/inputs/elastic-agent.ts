import type { InputPlugin } from "../../plugin/definitions.ts";
import { beats } from "./beats.ts";

/** Elastic Agent speaks as Beats do. */
export const elasticAgent: InputPlugin = {
  ...beats,
  name: "elastic_agent",
  summary:
    "Receives events from Elastic Agent, and acknowledges them when they have arrived; the input beats under another name.",
  examples: [
    { title: "The usual port", config: "elastic_agent { port => 5044 }" },
    {
      title: "With TLS",
      config:
        'elastic_agent { port => 5044 ssl_enabled => true ssl_certificate => "/etc/antler/tls/server.crt" ssl_key => "/etc/antler/tls/server.key" }',
    },
  ],
};
