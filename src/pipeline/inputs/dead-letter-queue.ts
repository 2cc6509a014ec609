import { join } from "node:path";
import type { Source } from "../../event/record-batch.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { defineInput, type InputPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, number, path, text } from "../../plugin/options.ts";
import { atMost, BatchFiller } from "../../sources/batch-filler.ts";
import { jsonDecoder } from "../codecs/json-decoder.ts";
import { LetterReader } from "./dead-letter-reader.ts";

const options = {
  path: path({
    description:
      "Antler's data folder (`path.data`), a folder of dead letters (`path.dead_letter_queue`), or the letters' own",
    required: true,
  }),
  pipeline_id: text({ description: "The pipeline whose letters are read", default: "main" }),
  commit_offsets: boolean({
    description: "Keep the position, so that a restart goes on where this run ended",
    default: true,
  }),
  sincedb_path: path({ description: "File for the position (default: in this input's own data folder)" }),
  start_timestamp: text({ description: "Leave out letters that were written before this time (ISO 8601)" }),
  clean_consumed: boolean({
    description:
      "Letters whose events have arrived are settled: `dlq` does not list them any more, and their room is freed",
    default: false,
  }),
  poll_interval: number({ description: "Seconds between looks for new letters", default: 1, range: [0.05, 3600] }),
};

export const deadLetterQueue: InputPlugin = defineInput({
  name: "dead_letter_queue",
  summary: "Reads the dead letters of another pipeline: each event as it failed.",
  options,
  examples: [
    {
      title: "What Elasticsearch refused goes to an index of its own",
      config: 'dead_letter_queue { path => "/var/lib/antler" pipeline_id => "main" }',
    },
  ],
  defaultCodec: "plain",
  differs: [
    "It reads Antler's dead letters, not Logstash's files.",
    "Letters of every stage come (`codec`, filters, outputs); one without an event comes with its record in `message`.",
    "`[@metadata][dead_letter_queue]` has also code, stage and letter. `[@metadata][_id]` is the identity that the event had, so that elasticsearch outputs without document_id index it once.",
    "A pipeline that would read its own letters is refused.",
    "With clean_consumed the letters themselves are settled, whichever file they are in.",
  ],

  check(settings) {
    const problems: OptionProblem[] = [];
    if (settings.start_timestamp !== undefined && Timestamp.parse(settings.start_timestamp) === undefined)
      problems.push({
        option: "start_timestamp",
        message: `start_timestamp ${JSON.stringify(settings.start_timestamp)} is no time`,
        help: "for example 2026-11-23T10:00:00Z",
      });
    if (settings.clean_consumed && !settings.commit_offsets)
      problems.push({ option: "clean_consumed", message: "clean_consumed needs commit_offsets => true" });
    return problems;
  },

  readsDeadLettersOf: (settings) => settings.pipeline_id,

  decoder: () => jsonDecoder({ charset: "UTF-8", target: undefined, keepsOriginal: false }),

  async start(settings, host) {
    const filler = new BatchFiller(host.sink, host.now);
    const source: Source = host.source([]);
    let sent = 0;
    const reader = await LetterReader.open(
      {
        path: settings.path,
        pipeline: settings.pipeline_id,
        own: `${host.pipelineId}/${host.pluginId}`,
        since: settings.start_timestamp === undefined ? undefined : Timestamp.parse(settings.start_timestamp)?.epochMs,
        positionFile: settings.commit_offsets
          ? (settings.sincedb_path ?? join(host.dataFolder, "position.json"))
          : undefined,
        settles: settings.clean_consumed,
        pollMs: settings.poll_interval * 1000,
        now: host.now,
        log: host.log,
      },
      (bytes, acknowledged) => filler.add(source, bytes, 0, bytes.length, sent++, 0, acknowledged),
    );
    const running = reader.run();
    return {
      ended: running,
      async stop(timeoutMs: number) {
        reader.stop();
        await atMost(
          timeoutMs,
          running.then(() => filler.drain()),
        );
        await reader.close();
      },
    };
  },
});
