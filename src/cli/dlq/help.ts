export const DLQ_HELP: string = `
Examples:
  antler dlq ls --path.settings /etc/logstash
  antler dlq ls --each --filter 'code: document_parsing_exception and host.name: web1'
  antler dlq show 1-8
  antler dlq explain
  antler dlq replay -f /etc/logstash/conf.d/
  antler dlq replay --with corrected.conf --filter 'output: "elasticsearch#1"'
  antler dlq purge --older-than 30d --yes

The letters are those of the pipeline that was started with the same --path.data, --path.settings and --pipeline.id. They can be read, replayed
and purged while it runs.

--filter is KQL over the fields of the event as it failed, and of the letter: name, code, reason, stage (decode, filter, encode, reject, replay),
pipeline, input, output, attempts, time, id, raw. Where an event has a field of such a name: event_as_failed.name.

replay runs the kept records through the configuration again and delivers only the events that were dead-lettered. What fails again stays,
with its new reason; the exit code is 1 then.`;
