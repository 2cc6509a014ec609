import { setTimeout as sleep } from "node:timers/promises";
import { BulkSender } from "../../elastic/bulk-sender.ts";
import type { BulkConnection } from "../../elastic/bulk-types.ts";
import { elasticConnection } from "../../elastic/connection.ts";
import type { ConnectionSettings } from "../../elastic/connection-settings.ts";
import type { ElasticsearchOutput as ElasticsearchConfig } from "../config/config.ts";
import { bulkBody } from "./bulk-window.ts";
import { EventRouter } from "./event-route.ts";
import type { OutputEnvironment } from "./output-environment.ts";
import { ShipLetters } from "./ship-letters.ts";
import type { EncodedWindow, WindowOutcome, WindowSender } from "./window-sender.ts";

/** Windows straight to Elasticsearch. */
export class ElasticsearchOutput implements WindowSender {
  readonly name = "elasticsearch";
  readonly capacity: number;
  readonly #sender: BulkSender;
  readonly #router: EventRouter;
  readonly #letters: ShipLetters;

  constructor(config: ElasticsearchConfig, connection: BulkConnection, environment: OutputEnvironment) {
    this.capacity = config.maxInFlight;
    this.#router = new EventRouter(config);
    this.#letters = new ShipLetters(environment.dataFolder, this.name, environment);
    this.#sender = new BulkSender(
      {
        ownIds: true,
        // Said in each action: events of one window can go to indices as well.
        requireDataStream: false,
        maxInFlight: config.maxInFlight,
        backoffMs: config.backoffInitMs,
        maxBackoffMs: config.backoffMaxMs,
      },
      {
        connection,
        clock: {
          now: () => environment.clock.now(),
          sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
        },
        random: environment.random,
        log: environment.log,
      },
    );
  }

  get trouble(): string | undefined {
    return this.#letters.trouble ?? this.#sender.trouble;
  }

  async send(window: EncodedWindow): Promise<WindowOutcome> {
    const { delivered, existing, conflicts, failureStore, rejected } = await this.#sender.send(
      bulkBody(window, this.#router),
    );
    if (rejected.length > 0) await this.#letters.keep(window, rejected);
    return { delivered: delivered + conflicts, existing, deadLettered: failureStore + rejected.length };
  }

  async close(): Promise<void> {
    await this.#sender.close();
    await this.#letters.close();
  }
}

/** Reads the files that are named; nothing is sent before the first window. @throws BulkConnectionError */
export async function openElasticsearch(
  config: ElasticsearchConfig,
  environment: OutputEnvironment,
): Promise<ElasticsearchOutput> {
  return new ElasticsearchOutput(config, await elasticConnection(elasticSettings(config)), environment);
}

export function elasticSettings(config: ElasticsearchConfig): ConnectionSettings {
  const { hosts, username, password, apiKey, headers, timeoutMs, compressionLevel, tls } = config;
  return {
    hosts,
    user: username,
    password,
    apiKey,
    headers,
    timeoutMs,
    compressionLevel,
    ...(tls === undefined
      ? {}
      : {
          tls: {
            certificateAuthorities: tls.certificateAuthorities,
            certificate: tls.certificate,
            key: tls.key,
            keyPassphrase: tls.keyPassphrase,
            verification: tls.verificationMode,
            minVersion: tls.minVersion,
            maxVersion: tls.maxVersion,
          },
        }),
  };
}
