import { existsSync } from "node:fs";
import { isIP } from "node:net";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { any, boolean, type Hash, list, number, type OptionValues, text } from "../../plugin/options.ts";
import { type Answer, NameResolver } from "../../transform/name-resolver.ts";

const options = {
  resolve: list({ description: "Fields with names, whose address is looked up", default: [] }),
  reverse: list({ description: "Fields with addresses, whose name is looked up", default: [] }),
  action: text({
    description: "`replace` the value, or `append` to it",
    default: "append",
    choices: ["append", "replace"],
  }),
  nameserver: any({
    description:
      "Address of a server, a list of them, or a hash of `address`, `search` and `ndots`; default: the host's",
  }),
  timeout: number({ description: "Seconds that one answer may take", default: 0.5, range: [0.001, 60] }),
  max_retries: number({ description: "Questions asked again when there was no answer", default: 2, range: [0, 100] }),
  hostsfile: list({ description: "Files such as /etc/hosts, asked before the servers", default: [] }),
  hit_cache_size: number({ description: "Answers kept, per worker; 0: none", default: 0, range: [0, 10_000_000] }),
  hit_cache_ttl: number({ description: "Seconds that answers are kept", default: 60 }),
  failed_cache_size: number({ description: "Failures kept, per worker; 0: none", default: 0, range: [0, 10_000_000] }),
  failed_cache_ttl: number({ description: "Seconds that failures are kept", default: 5 }),
  tag_on_timeout: list({ description: "Tags when nobody answered in time", default: ["_dnstimeout"] }),
  warn_on_timeout: boolean({
    description: "Log a timeout as a warning",
    default: false,
    ignored: "events without an answer in time have the tags of tag_on_timeout",
  }),
};

/** Asked behind the files given, as by Logstash. */
const HOSTS = "/etc/hosts";
const MOST_SEARCH = 6;

type Settings = OptionValues<typeof options>;

export const dns: FilterPlugin = defineFilter({
  name: "dns",
  summary: "Looks up the address of a name, or the name of an address; all events of a chunk at once.",
  options,
  differs: [
    "Events wait together and not one after the other, and the same question at the same time is asked once.",
    "At most 256 lookups are under way in a worker.",
    "With hostsfile and without nameserver the host's servers are asked, too; Logstash asks the files only.",
    "search and ndots of /etc/resolv.conf are not used: give them in nameserver. Names found are not turned from Punycode into Unicode.",
    "warn_on_timeout says nothing: timeouts are tagged and not logged.",
  ],
  examples: [
    {
      title: "Names for addresses, remembered for an hour",
      config:
        'dns { reverse => ["[source][address]"] action => "replace" nameserver => "10.0.0.53" hit_cache_size => 10000 hit_cache_ttl => 3600 failed_cache_size => 1000 }',
    },
    {
      title: "Addresses beside names",
      config:
        'dns { resolve => ["host"] nameserver => { address => ["10.0.0.53", "10.0.1.53"] search => ["example.com"] } }',
    },
  ],
  sets: (settings) => [...settings.resolve, ...settings.reverse],
  check(settings) {
    const problems: OptionProblem[] = [];
    if (settings.resolve.length === 0 && settings.reverse.length === 0)
      problems.push({ option: "resolve", severity: "warning", message: "no field is given: nothing is looked up" });
    try {
      resolverOf({ ...settings, hostsfile: [] }, Date.now);
    } catch (error) {
      problems.push({ option: "nameserver", message: (error as Error).message });
    }
    try {
      resolverOf({ ...settings, nameserver: undefined }, Date.now);
    } catch (error) {
      problems.push({ option: "hostsfile", message: (error as Error).message, severity: "host" });
    }
    return problems;
  },
  create(settings, host) {
    const resolver = resolverOf(settings, host.now);
    const fields = [
      ...settings.resolve.map((name) => ({
        field: new FieldReference(name),
        ask: (text: string) => resolver.address(text),
      })),
      ...settings.reverse.map((name) => ({
        field: new FieldReference(name),
        // What is no address has no name to look up.
        ask: (text: string) => (isIP(text) === 0 ? undefined : resolver.name(text)),
      })),
    ];

    return {
      apply: () => false,
      async wait(event) {
        for (const { field, ask } of fields) {
          const value = field.get(event);
          if (value === undefined || value === null) continue;
          const text = textOf(value);
          if (text === undefined) return false;
          const answer = await ask(text);
          if (answer === undefined || answer === "none") return false;
          if (answer === "timeout") {
            for (const tag of settings.tag_on_timeout) event.tag(tag);
            return false;
          }
          put(event, field, answer, settings.action);
        }
        return true;
      },
    };
  },
});

function resolverOf(settings: Settings, now: () => number): NameResolver {
  const { nameserver } = settings;
  const given: Hash =
    typeof nameserver === "object" && !Array.isArray(nameserver)
      ? (nameserver as Hash)
      : { address: (nameserver ?? []) as string[] };
  const texts = (value: unknown): string[] => (value === undefined ? [] : [value].flat().map(String));
  const servers = texts(given["address"]);
  const search = texts(given["search"]);
  const ndots = Number(given["ndots"] ?? 1);
  if (nameserver !== undefined && servers.length === 0) throw new RangeError("nameserver needs an address");
  if (search.length > MOST_SEARCH) throw new RangeError(`nameserver takes at most ${MOST_SEARCH} search domains`);
  if (!(Number.isInteger(ndots) && ndots > 0)) throw new RangeError("ndots of nameserver must be a positive number");
  const other = Object.keys(given).find((name) => !["address", "search", "ndots"].includes(name));
  if (other !== undefined) throw new RangeError(`nameserver has no "${other}"`);
  return new NameResolver({
    servers,
    search,
    ndots,
    timeoutMs: Math.ceil(settings.timeout * 1000),
    retries: settings.max_retries,
    hostsFiles: existsSync(HOSTS) ? [...settings.hostsfile, HOSTS] : settings.hostsfile,
    hits: { size: settings.hit_cache_size, ttlMs: settings.hit_cache_ttl * 1000 },
    failures: { size: settings.failed_cache_size, ttlMs: settings.failed_cache_ttl * 1000 },
    now,
  });
}

/** A text, or a list of one. */
function textOf(value: Value): string | undefined {
  const one = Array.isArray(value) && value.length === 1 ? (value[0] as Value) : value;
  return typeof one === "string" && one !== "" ? one : undefined;
}

function put(event: Event, field: FieldReference, answer: Exclude<Answer, string>, action: string): void {
  const before = field.get(event);
  if (action === "replace") field.set(event, Array.isArray(before) ? [answer.found] : answer.found);
  else
    field.set(event, Array.isArray(before) ? [...(before as Value[]), answer.found] : [before as Value, answer.found]);
}
