import type { OutputConfig } from "../config/config.ts";
import type { OutputEnvironment } from "./output-environment.ts";
import type { WindowSender } from "./window-sender.ts";

/** The output that is configured; only its own code is loaded. Files that its settings name are read; no connection is made before the first window. */
export async function openOutput(config: OutputConfig, environment: OutputEnvironment): Promise<WindowSender> {
  switch (config.kind) {
    case "logstash":
      return (await import("./logstash-output.ts")).openLogstash(config, environment);
    case "elasticsearch":
      return (await import("./elasticsearch-output.ts")).openElasticsearch(config, environment);
    case "file":
      return new (await import("./file-output.ts")).FileOutput(config, environment);
    case "console":
      return new (await import("./console-output.ts")).ConsoleOutput(config, environment);
  }
}
