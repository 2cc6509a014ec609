/** What stands under the options in `antler test --help`. */
export const TEST_HELP: string = `
A dataset is a folder with pipeline.conf (or any .conf files) and a folder test/:
  test/NAME.log                the lines, each an event
  test/NAME.log-expected.json  the documents that they must become
  test/NAME.log-config.yml     options, if any:
    fields:          fields that every event has from the start, such as { event: { timezone: "+02:00" } }
    path:            log.file.path of the events (default: /test/NAME.log)
    clock:           what time it is, for dates without a year and @timestamp (default: 2026-11-30T12:00:00Z)
    timezone:        of the host: a name such as Europe/Berlin, or +02:00 (default: UTC)
    multiline:       { pattern, negate, match: after | before }: lines that belong together
    entry:           true: events enter the pipeline "classify" beside the dataset
    dynamic_fields:  { field: regular expression } that the value must match, instead of being equal
Pipelines that it sends on to run too, where a folder beside it has their address as its name.

Exit codes: 0 all as expected, 1 a difference, 2 nothing to test, 78 a configuration has errors.

Examples:
  antler test pipelines/                        every dataset
  antler test pipelines/nginx.access            one
  antler test pipelines/nginx.access/test/access.log
  antler test --update pipelines/nginx.access   write what comes out as expected; then read the difference
  antler test --json pipelines/ > report.json`;
