import { applicationPatterns } from "./patterns-application.ts";
import { awsPatterns } from "./patterns-aws.ts";
import { baculaPatterns } from "./patterns-bacula.ts";
import { BASE_PATTERNS } from "./patterns-base.ts";
import { bindPatterns } from "./patterns-bind.ts";
import { broPatterns } from "./patterns-bro.ts";
import { ciscoPatterns } from "./patterns-cisco.ts";
import { databasePatterns } from "./patterns-database.ts";
import { eximPatterns } from "./patterns-exim.ts";
import { firewallPatterns } from "./patterns-firewall.ts";
import { haproxyPatterns } from "./patterns-haproxy.ts";
import { httpdPatterns } from "./patterns-httpd.ts";
import { javaPatterns } from "./patterns-java.ts";
import { nagiosPatterns } from "./patterns-nagios.ts";
import { PATH_PATTERNS, pathPatterns } from "./patterns-path.ts";
import { syslogPatterns } from "./patterns-syslog.ts";
import { TIME_PATTERNS } from "./patterns-time.ts";
import { tomcatPatterns } from "./patterns-tomcat.ts";

/** Named grok patterns: those that come with Antler under Logstash's names, and the user's, which take precedence. */
export class GrokLibrary {
  readonly #patterns: Map<string, string>;

  /** With ECS (`v1`, `v8`) patterns capture into ECS fields, else into Logstash's older ones. */
  constructor(ecs: "disabled" | "v1" | "v8") {
    this.#patterns = new Map(builtIn(ecs !== "disabled"));
  }

  /** Defines or replaces a pattern. */
  add(name: string, pattern: string): void {
    this.#patterns.set(name, pattern);
  }

  /**
   * Adds the patterns of a file: on each line a name, white space and the pattern; empty lines and those that start with `#` are skipped.
   * @returns numbers (from 1) of the lines that have a name without a pattern; they define nothing
   */
  addFile(text: string): number[] {
    const ignored: number[] = [];
    for (const [i, line] of text.split(/\r?\n/).entries()) {
      if (/^\s*(?:#|$)/.test(line)) continue;
      const found = /^\s*(\S+)\s+(\S.*)$/.exec(line);
      if (found === null) ignored.push(i + 1);
      else this.add(found[1] as string, found[2] as string);
    }
    return ignored;
  }

  get(name: string): string | undefined {
    return this.#patterns.get(name);
  }

  /** All names, in the order of definition. */
  names(): string[] {
    return [...this.#patterns.keys()];
  }
}

let ecsPatterns: [string, string][] | undefined;
let legacyPatterns: [string, string][] | undefined;

function builtIn(ecs: boolean): [string, string][] {
  if (ecs) {
    ecsPatterns ??= tableOf(true);
    return ecsPatterns;
  }
  legacyPatterns ??= tableOf(false);
  return legacyPatterns;
}

function tableOf(ecs: boolean): [string, string][] {
  return [
    BASE_PATTERNS,
    PATH_PATTERNS,
    pathPatterns(ecs),
    TIME_PATTERNS,
    syslogPatterns(ecs),
    httpdPatterns(ecs),
    javaPatterns(ecs),
    tomcatPatterns(ecs),
    haproxyPatterns(ecs),
    firewallPatterns(ecs),
    ciscoPatterns(ecs),
    nagiosPatterns(ecs),
    databasePatterns(ecs),
    applicationPatterns(ecs),
    awsPatterns(ecs),
    baculaPatterns(ecs),
    bindPatterns(ecs),
    broPatterns(ecs),
    eximPatterns(ecs),
  ].flatMap((table) => Object.entries(table));
}
