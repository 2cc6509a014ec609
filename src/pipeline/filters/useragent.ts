import { existsSync } from "node:fs";
import { FieldReference } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { fieldReference, number, path, text } from "../../plugin/options.ts";
import { TEXT } from "../../plugin/value-shape.ts";
import { RecentCache } from "../../transform/recent-cache.ts";
import { SeenTexts } from "../../transform/seen-texts.ts";
import { inBrackets } from "../../transform/shared-fields.ts";
import { UserAgentFieldBuilder, type UserAgentFields } from "../../transform/user-agent-fields.ts";
import { bundledRulesPath, openUserAgentParser } from "../../transform/user-agent-parser.ts";

const options = {
  source: fieldReference({ description: "Field with the user agent's text (of a list the first)", required: true }),
  target: fieldReference({
    description: "Field that the result goes into; default: with ECS `user_agent`, else the event itself",
  }),
  regexes: path({ description: "A file of rules like uap-core's regexes.yaml; default: uap-core's own" }),
  lru_cache_size: number({
    description: "Texts whose results are kept, per worker; longer ones than 1,000 characters never are",
    default: 100_000,
    range: [1, 10_000_000],
  }),
  prefix: text({ description: "Put before the names of the fields; not with ECS", default: "" }),
};

/** What an agent's text gives, below the target. */
const ECS_FIELDS = ["[name]", "[version]", "[os][name]", "[os][version]", "[os][full]", "[device][name]"];
const FLAT_FIELDS = ["name", "version", "major", "minor", "patch", "os_name", "os", "os_full", "os_version", "device"];

/** Longer texts are no browsers': they would only fill the memory. */
const CACHED_LENGTH = 1000;

export const useragent: FilterPlugin = defineFilter({
  name: "useragent",
  summary: "Tells browser, system and device from a user agent's text, by uap-core's rules.",
  options,
  examples: [
    {
      title: "A browser",
      config: 'useragent { source => "[user_agent][original]" }',
      given: {
        user_agent: {
          original:
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Safari/605.1.15",
        },
      },
      expect: {
        "[user_agent][name]": "Safari",
        "[user_agent][version]": "17.4.1",
        "[user_agent][os]": { name: "Mac OS X", version: "10.15.7", full: "Mac OS X 10.15.7" },
        "[user_agent][device][name]": "Mac",
        "[@metadata][filter][user_agent][version][major]": "17",
      },
    },
    {
      title: "Logstash's older names",
      config: 'useragent { source => "message" target => "ua" ecs_compatibility => "disabled" }',
      given: "curl/8.5.0",
      expect: {
        ua: {
          name: "curl",
          version: "8.5.0",
          major: "8",
          minor: "5",
          patch: "0",
          os_name: "Other",
          os: "Other",
          os_full: "Other",
          device: "Other",
        },
      },
    },
    {
      title: "No text, no fields",
      config: 'useragent { source => "[user_agent][original]" }',
      given: "GET /",
      expect: { user_agent: null, tags: null },
    },
  ],

  check(settings, ecs) {
    const problems: OptionProblem[] = [];
    if (settings.prefix !== "" && ecs !== "disabled")
      problems.push({
        option: "prefix",
        severity: "warning",
        message: "the names of ECS have no prefix",
        help: 'remove it, or set ecs_compatibility => "disabled"',
      });
    if (/[[\]]/.test(settings.prefix))
      problems.push({ option: "prefix", message: "a prefix cannot have brackets: they end a field's name" });
    const message = settings.regexes === undefined ? undefined : rulesProblem(settings.regexes);
    if (message !== undefined) problems.push({ option: "regexes", severity: "host", message });
    return problems;
  },

  shape(settings, event, ecs) {
    const isEcs = ecs !== "disabled";
    const target = settings.target ?? (isEcs ? "user_agent" : undefined);
    const prefix = target === undefined ? "" : inBrackets(target);
    if (target !== undefined && prefix === inBrackets(settings.source)) event.remove(target);
    const names = isEcs ? ECS_FIELDS : FLAT_FIELDS.map((name) => `[${settings.prefix}${name}]`);
    for (const name of names) event.set(prefix + name, TEXT, "source");
  },

  create(settings, host) {
    const isEcs = host.ecs !== "disabled";
    const source = new FieldReference(settings.source);
    const target = settings.target ?? (isEcs ? "user_agent" : undefined);
    const replacesSource = target !== undefined && inBrackets(target) === inBrackets(settings.source);
    const builder = new UserAgentFieldBuilder(
      target === undefined ? "" : inBrackets(target),
      isEcs ? undefined : settings.prefix,
    );
    const parser = openUserAgentParser(settings.regexes ?? bundledRulesPath());
    const cache = new RecentCache<string, UserAgentFields>(settings.lru_cache_size);
    // Where all texts differ, to keep each costs more than to read it.
    const seen = new SeenTexts();
    return {
      apply(event) {
        const agent = textOf(source.get(event));
        if (agent === undefined) return false;
        let fields = cache.get(agent);
        if (fields === undefined) {
          fields = builder.build(parser.parse(agent), agent);
          if (agent.length <= CACHED_LENGTH && seen.again(agent)) cache.set(copyOf(agent), fields);
        }
        if (replacesSource) source.remove(event);
        fields.apply(event);
        return true;
      },
    };
  },
});

function rulesProblem(file: string): string | undefined {
  if (!existsSync(file)) return `there is no file ${file}`;
  try {
    openUserAgentParser(file);
    return undefined;
  } catch (error) {
    return `${file}: ${(error as Error).message}`;
  }
}

function textOf(value: Value | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** The same text with memory of its own: a part of a line would keep the whole line. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
