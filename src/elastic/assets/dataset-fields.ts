import { type FieldRow, readFields } from "./ecs-fields.ts";

/**
 * Fields of the datasets that come with Antler which dynamic mapping could get wrong: numbers whose first value decides otherwise whether
 * later ones keep their fraction, and addresses. Every other field of theirs is a text (keyword) or a whole number.
 */
const TABLES: Readonly<Record<string, string>> = {
  "auditd.log": `
long auditd.log. entries ksize lport rport sequence
`,
  "nginx.error": `
long nginx.error. connection_id
`,
  "system.auth": `
ip system.auth. ssh.dropped_ip
long system.auth. repeat_count
`,
  "system.syslog": `
double system.syslog. uptime
long system.syslog. repeat_count oom.pid oom.rss_kb
`,
};

/** The fields to map for a dataset beside ECS's; none for most. */
export function datasetFields(dataset: string): readonly FieldRow[] {
  return readFields(TABLES[dataset] ?? "");
}
