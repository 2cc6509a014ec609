import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { caseFile } from "../../scripts/conformance-root.ts";
import type { MultilineOptions } from "../../src/tail/options.ts";
import { CollectingSink } from "../tail/support/collecting-sink.ts";
import { aWhile, TailBed, until } from "../tail/support/tail-bed.ts";

interface IndexEntry {
  readonly module: string;
  readonly fileset: string;
  readonly log: string;
  readonly expected: string;
  readonly events: number;
  readonly multiline: boolean;
}

const after = (pattern: RegExp, negate = true): MultilineOptions => ({
  type: "pattern",
  pattern,
  negate,
  match: "after",
  timeoutMs: 100,
});

/** Where events begin in the logs of Filebeat's modules, and which lines are no events: facts of the modules' own settings. */
const SETTINGS: Readonly<
  Record<string, { readonly multiline: MultilineOptions; readonly exclude?: readonly RegExp[] }>
> = {
  "elasticsearch.deprecation": { multiline: after(/^(\[[0-9]{4}-[0-9]{2}-[0-9]{2}|\{)/) },
  "elasticsearch.server": { multiline: after(/^(\[[0-9]{4}-[0-9]{2}-[0-9]{2}|\{)/), exclude: [/^\[/] },
  "elasticsearch.slowlog": {
    multiline: after(/^(\[[0-9]{4}-[0-9]{2}-[0-9]{2}|\{)/),
    exclude: [/^\{(?!.*slowlog)/],
  },
  "icinga.debug": { multiline: after(/^\[/) },
  "icinga.main": { multiline: after(/^\[/) },
  "kafka.log": { multiline: after(/^\[/) },
  "logstash.log": { multiline: after(/^\[[0-9]{4}-[0-9]{2}-[0-9]{2}/) },
  "mysql.error": { multiline: after(/^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{6})/) },
  "mysql.slowlog": {
    multiline: after(/^(# User@Host: |# Time: )/),
    exclude: [/^[/\w.]+, Version: .* started with:.*/, /^# Time:.*/],
  },
  "nginx.error": { multiline: after(/^\d{4}\/\d{2}\/\d{2} /) },
  "postgresql.log": { multiline: after(/^\d{4}-\d{2}-\d{2} /) },
  "system.auth": { multiline: after(/^\s/, false) },
  "system.syslog": { multiline: after(/^\s/, false) },
};
/** Beats' own runner looks at so many events. */
const MOST = 100;

const root = caseFile("filebeat-modules");
const title = root === undefined ? " (skipped: the conformance cases are not beside the checkout)" : "";

describe(`logs of Filebeat's modules with events of several lines, through the tail${title}`, () => {
  const index = root === undefined ? [] : (JSON.parse(readFileSync(join(root, "INDEX.json"), "utf8")) as IndexEntry[]);
  const entries = index.filter(({ module, fileset, multiline }) => multiline && `${module}.${fileset}` in SETTINGS);
  before(function () {
    if (root === undefined) this.skip();
  });

  for (const { module, fileset, log, expected } of entries)
    it(log, async () => {
      const folder = root as string;
      const { multiline, exclude = [] } = SETTINGS[`${module}.${fileset}`] as (typeof SETTINGS)[string];
      const wanted = (JSON.parse(readFileSync(join(folder, expected), "utf8")) as Record<string, unknown>[]).map(
        (event) => Number(event["log.offset"]),
      );
      const bed = new TailBed();
      try {
        const sink = new CollectingSink();
        await bed.started(sink, { multiline, paths: [join(folder, log)] });
        const offsets = (): number[] =>
          sink.records.filter(({ text }) => !exclude.some((one) => one.test(text))).map(({ offset }) => offset);
        await until(() => offsets().length >= wanted.length);
        await aWhile(20);
        assert.deepEqual(offsets().slice(0, MOST).slice(0, Math.max(wanted.length, offsets().length)), wanted);
      } finally {
        await bed.remove();
      }
    }).timeout(5000);
});
