/** What a code stands for. */
export interface CatalogueEntry {
  readonly title: string;
  /** What is wrong, and what to do. */
  readonly text: string;
  /** What gives this code: `.conf` for CONF and MAP, YAML for SHIP, a query for KQL. */
  readonly example: string;
}

/**
 * Every code that a finding can have, with what it means. Codes are never used again for something else. CONF: pipelines, their syntax and
 * their plugins' options. MAP: their fields against mappings. SHIP: the shipper's YAML. KQL: queries.
 */
export const CATALOGUE = {
  CONF001: {
    title: "syntax error",
    text: "The configuration is not what the language allows at this place. The message says what was expected and what stands there; reading goes on behind it, so that one run shows all errors.",
    example: 'filter { mutate { add_tag = "web" } }',
  },
  CONF002: {
    title: "unterminated text",
    text: "A quoted text or a regular expression has no end. A backslash before the closing quote makes it part of the text, also in a path such as `C:\\logs\\`.",
    example: 'filter { mutate { add_tag => "web } }',
  },
  CONF003: {
    title: "missing closing bracket",
    text: "A `{`, `[` or `(` has no partner. The place is the opening one where it is known.",
    example: 'filter { mutate { add_tag => ["a", "b" } }',
  },
  CONF004: {
    title: "unknown section",
    text: "A configuration has the sections input, filter and output, as often as you like. Plugins stand inside them; a plugin outside often means that a `}` too many stands above it.",
    example: "filters { mutate { } }",
  },
  CONF005: {
    title: "invalid field reference",
    text: "A field reference in a condition is `[name]` or `[name][name]`.",
    example: "filter { if [a[b]] { drop { } } }",
  },
  CONF006: {
    title: "duplicate key",
    text: "A hash has the same key twice; the later value holds. Logstash refuses such a configuration. For one key with several values give a list: `key => [one, two]`.",
    example: 'filter { mutate { rename => { "a" => "b" "a" => "c" } } }',
  },
  CONF007: {
    title: "unset variable",
    text: "`${NAME}` names an environment variable that is not set, and gives no default. Set it, or write `${NAME:default}`.",
    example: 'output { elasticsearch { hosts => "${ES_HOST}" } }',
  },
  CONF008: {
    title: "invalid regular expression",
    text: "The expression is not one that Ruby's syntax (Oniguruma) allows.",
    example: "filter { if [message] =~ /(unclosed/ { drop { } } }",
  },
  CONF009: {
    title: "unknown plugin",
    text: "There is no plugin of this name, or Antler does not have it.",
    example: "filter { grokk { } }",
  },
  CONF010: {
    title: "option without effect",
    text: "The option, or the setting of pipelines.yml or logstash.yml, is deprecated, has no effect here, or is not supported; the help says which and why.",
    example: "output { elasticsearch { sniffing => true } }",
  },
  CONF011: {
    title: "missing option",
    text: "The plugin, or the pipeline in pipelines.yml, cannot work without this option.",
    example: "input { file { } }",
  },
  CONF012: {
    title: "unknown option",
    text: "The plugin, or the settings file, has no option of this name.",
    example: 'filter { grok { tag_on_failur => ["oops"] } }',
  },
  CONF013: {
    title: "wrong type",
    text: "The value is of a kind that the option does not take.",
    example: 'input { beats { port => "many" } }',
  },
  CONF014: {
    title: "value not allowed",
    text: "The value is none of those that the option takes, or outside its range.",
    example: "input { beats { port => 70000 } }",
  },
  CONF015: {
    title: "invalid field reference in an option",
    text: "The option takes a field reference: `name` or `[name][name]`.",
    example: 'filter { json { source => "[message" } }',
  },
  CONF016: {
    title: "options do not fit",
    text: "Each option is well formed, but the plugin's own check found something wrong with them, such as a grok pattern that is not defined.",
    example: 'filter { grok { match => { "message" => "%{NOSUCHPATTERN:x}" } } }',
  },
  CONF017: {
    title: "duplicate id",
    text: "Two plugins, pipelines or addresses have the same name; ledger and metrics could not tell them apart.",
    example: 'filter { drop { id => "a" } drop { id => "a" } }',
  },
  CONF018: {
    title: "condition that is always the same",
    text: "The branch is always or never taken, since its condition does not look at the event.",
    example: 'filter { if "web" { drop { } } }',
  },
  CONF019: {
    title: "no input or no output",
    text: "A pipeline needs something to read from and something to write to.",
    example: "filter { drop { } }",
  },
  CONF020: {
    title: "unreadable file",
    text: "The configuration file cannot be read, or there is none of this name.",
    example: "# antler check /no/such/file.conf",
  },
  CONF021: {
    title: "list of one element",
    text: 'In a condition Logstash reads brackets around a single element as a field, so that `in ["web"]` asks for a field of the name `"web"` and is never true. Antler takes a quoted element for a list. A single word or number is a field for both. Compare with `==`, which means the same to both.',
    example: 'filter { if [type] in ["web"] { drop { } } }',
  },
  CONF022: {
    title: "unclear order of conditions",
    text: "`and` binds closer than `or`. For `xor` and `nand` beside other operators Logstash knows no order and refuses the configuration; Antler takes nand like `and`, xor like `or`, from left to right. Write parentheses.",
    example: "filter { if [a] and [b] xor [c] { drop { } } }",
  },
  CONF023: {
    title: "too many errors",
    text: "The file has so many syntax errors that the rest of it was not read. Perhaps it is not a pipeline configuration.",
    example: "# a file of another kind",
  },
  CONF024: {
    title: "no such address",
    text: "A `pipeline` output sends to an address that no pipeline has. In `check`, which may see only some of the pipelines, it is a warning.",
    example: 'output { pipeline { send_to => ["nowhere"] } }',
  },
  CONF025: {
    title: "circle of pipelines",
    text: "Pipelines that hand events to each other must not lead back to where an event was before; and no pipeline reads the dead letters that it writes itself.",
    example: 'input { pipeline { address => "a" } }\noutput { pipeline { send_to => ["a"] } }',
  },
  CONF026: {
    title: "branch that is never taken",
    text: "The condition cannot hold: an earlier branch of the same `if` has the same one, constants are compared, or a field would have to have two values at once. What stands in the branch does nothing.",
    example: 'filter { if [a] == "x" { drop { } } else if [a] == "x" { mutate { add_tag => ["never"] } } }',
  },
  CONF027: {
    title: "field that nothing sets",
    text: "A condition asks for a field that no input and no filter of this pipeline can set, so it always finds none. Often the name is misspelt, or the field was renamed elsewhere. Nothing is said where an input, a codec or a filter can set any field (json, kv, ruby, beats and others).",
    example: "input { stdin { } } filter { if [mesage] =~ /x/ { drop { } } } output { stdout { } }",
  },
  MAP001: {
    title: "field that the mapping refuses",
    text: "What the pipeline puts into the field does not fit its mapping, in the index templates given or in the live index: an object where a value is mapped or the reverse, a text that is no number in a number's field, another value than that of a `constant_keyword`, a field that is not mapped under `dynamic: strict`. Elasticsearch refuses every such document; it becomes a dead letter.",
    example: '# index template: "bytes": { "type": "long" }\nfilter { mutate { add_field => { "bytes" => "many" } } }',
  },
  MAP002: {
    title: "field that the mapping may refuse",
    text: "As MAP001, but not for every event: the pattern that makes the value (`WORD`, `HOSTNAME`) takes texts that the mapping refuses, or a later filter may change the field.",
    example:
      '# index template: "bytes": { "type": "long" }\nfilter { grok { match => { "message" => "%{WORD:bytes}" } } }',
  },
  MAP003: {
    title: "field of two kinds",
    text: "Two places of the pipelines put values into the same field of the same index or data stream that exclude each other: an object and a text, a number and a word. The index takes the kind that comes first, or that is mapped, and refuses the documents with the other one.",
    example:
      'filter { if [a] { mutate { replace => { "user" => "ann" } } } else { mutate { replace => { "[user][name]" => "ann" } } } }',
  },
  MAP004: {
    title: "more fields than the index takes",
    text: "What is mapped and what the pipelines add are more fields than `index.mapping.total_fields.limit` (1,000 by default). Documents with fields beyond it are refused.",
    example: "# index.mapping.total_fields.limit: 2\noutput { elasticsearch { } }",
  },
  MAP005: {
    title: "no template for a data stream",
    text: "No index template makes a data stream of this name, so documents for it would be held until there is one. `antler setup` makes the templates; `antler setup --export DIR` writes them for other tools.",
    example: 'output { elasticsearch { data_stream_dataset => "app" } }',
  },
  MAP006: {
    title: "mappings that cannot be read",
    text: "A file given with `--templates` is no index template, component template or mapping in JSON, or the server did not say what it has. Nothing was held against it.",
    example: "# antler check --templates no-template.json pipelines/",
  },
  SHIP001: {
    title: "not YAML",
    text: "The file is not what YAML allows at this place.",
    example: "filebeat.inputs: [",
  },
  SHIP002: {
    title: "unknown setting",
    text: "The shipper has no setting of this name.",
    example: "output.logstsh:\n  hosts: [127.0.0.1:5044]",
  },
  SHIP003: {
    title: "wrong value",
    text: "The setting does not take this value.",
    example: "queue.mem.events: many",
  },
  SHIP004: {
    title: "missing setting",
    text: "The shipper cannot work without this setting.",
    example: "filebeat.inputs:\n  - type: filestream\n    id: app",
  },
  SHIP005: {
    title: "setting without effect",
    text: "The setting is known and does nothing here; the help says why.",
    example: "setup.kibana.host: 127.0.0.1:5601",
  },
  SHIP006: {
    title: "a loop",
    text: "An input would read what the shipper writes itself, and never come to an end.",
    example: "filebeat.inputs: [{ type: filestream, id: a, paths: [/var/log/**] }]\noutput.file.path: /var/log/out",
  },
  SHIP007: {
    title: "an expression that can stall",
    text: "The time of the regular expression grows without bound with the length of some texts. Filebeat's engine takes it; here one such line would hold up everything, so it should be written otherwise.",
    example: "filebeat.inputs: [{ type: filestream, id: a, paths: [/var/log/app.log], exclude_lines: ['^(a+)+$'] }]",
  },
  KQL001: {
    title: "syntax error in a query",
    text: "The query is not what Kibana's query language allows at this place. A value with one of `\\ ( ) : < > \" * { }` in it is put in quotes, or the character gets a backslash.",
    example: 'message: (failed or "timed out"',
  },
} as const;

export type DiagnosticCode = keyof typeof CATALOGUE;

/** The catalogue as a page of the docs (Markdown). */
export function renderCatalogue(): string {
  const entries: Readonly<Record<DiagnosticCode, CatalogueEntry>> = CATALOGUE;
  const parts = Object.entries(entries).map(([code, { title, text, example }]) => {
    const language = /^(?:CONF|MAP)/.test(code) ? "ruby" : code.startsWith("SHIP") ? "yaml" : "text";
    return `## ${code}: ${title}\n\n${text}\n\n\`\`\`${language}\n${example}\n\`\`\`\n`;
  });
  return `# Errors and warnings\n\nGenerated from src/diagnostics/catalogue.ts. Every finding of \`antler check\`, and of a start that fails, has one of these codes.\nThey keep their meaning from version to version.\n\n${parts.join("\n")}`;
}
