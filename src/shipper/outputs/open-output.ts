import type { OutputConfig } from "../config/config.ts";
import { ConsoleOutput } from "./console-output.ts";
import { openElasticsearch } from "./elasticsearch-output.ts";
import { FileOutput } from "./file-output.ts";
import { openLogstash } from "./logstash-output.ts";
import type { OutputEnvironment } from "./output-environment.ts";
import type { WindowSender } from "./window-sender.ts";

/** The output that is configured. Files that its settings name are read; no connection is made before the first window. */
export async function openOutput(config: OutputConfig, environment: OutputEnvironment): Promise<WindowSender> {
  switch (config.kind) {
    case "logstash":
      return openLogstash(config, environment);
    case "elasticsearch":
      return openElasticsearch(config, environment);
    case "file":
      return new FileOutput(config, environment);
    case "console":
      return new ConsoleOutput(config, environment);
  }
}
