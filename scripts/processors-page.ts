import { ABSENT, NEEDLESS, PROCESSORS } from "../src/shipper/events/processors/list.ts";

/** docs/processors.md: the processors of the shipper, with their options. */
export function processorsPage(): string {
  const sections = PROCESSORS.map(({ name, options, required }) => {
    const rows = Object.entries(options).map(([option, { fallback, text }]) => {
      const standard = required.includes(option) ? "required" : fallback === undefined ? "" : `\`${fallback}\``;
      return `| \`${option}\` | ${standard} | ${text.replaceAll("|", "\\|")} |`;
    });
    const table =
      rows.length === 0 ? "No options but `when`." : ["| option | default | |", "|---|---|---|", ...rows].join("\n");
    return `## ${name}\n\n${table}\n`;
  });
  const absent = Object.entries({ ...ABSENT, ...NEEDLESS }).map(([name, instead]) => `| ${name} | ${instead} |`);
  return `${HEAD}${sections.join("\n")}\n## Not there\n\n| processor | instead |\n|---|---|\n${absent.join("\n")}\n`;
}

const HEAD = `# Processors of the shipper

Generated from src/shipper/events/processors. Names, options and defaults are Filebeat's. They run in the order in which they stand: those of an input, then those at the top of the file, both
behind parsers, \`include_lines\` and \`exclude_lines\`.

    processors:
      - add_host_metadata:
          when.not.contains.tags: forwarded
      - drop_event:
          when:
            regexp: { message: "^DEBUG" }
      - if: { has_fields: [http.response.status_code] }
        then:
          - add_tags: { tags: [web] }
        else:
          - add_tags: { tags: [other] }

**Conditions**: \`equals\`, \`contains\`, \`regexp\`, \`range\` (gte, gt, lte, lt), \`network\` (CIDR, or private, public, loopback, unicast, multicast, …), \`has_fields\`, \`and\`, \`or\`, \`not\`.
Regular expressions are Go's: \`^\` and \`$\` are the ends of the whole text, lines only with \`(?m)\`.

**Failures** never stop an event: what failed is noted in \`error.message\` (a list where more failed), and the event goes on; with \`fail_on_error\`, as it was before. Two are silent, as in
Filebeat: fields that drop_fields and truncate_fields do not find. A text that dissect cannot take apart has \`dissect_parsing_error\` in \`log.flags\`. Events that drop_event and rate_limit
drop are counted as filtered.

**What differs**: metadata of cloud, Docker and Kubernetes come from what lies on the host (cloud-init's data, firmware, the container's configuration, names of log files); nothing is
asked over the network. timestamp and fingerprint note their failures in the event where Filebeat only writes a debug message.

**What it costs**: processors that only have to do with what is the same for all events of a file (tags, host, its path) run once for it. As soon as one looks at \`message\`,
\`@timestamp\` or the offset, all of that input run for each event.

`;
