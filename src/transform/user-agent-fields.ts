import type { Event } from "../event/event.ts";
import type { FieldReference } from "../event/field-reference.ts";
import { RecentCache } from "./recent-cache.ts";
import { ReferenceSet, SharedFields } from "./shared-fields.ts";
import type { UserAgent } from "./user-agent-parser.ts";
import { agentVersion, systemVersion } from "./user-agent-version.ts";

/** Many texts say the same: so many different results are kept to be shared. */
const RESULT_LIMIT = 2000;
/** A text that is met more often than this gets fields to be shared; most of the rare ones never come again. */
const PLAIN_USES = 2;
const PARTS = ["major", "minor", "patch"];

type Values = (readonly [path: readonly string[], value: string])[];

/** What an agent gives to an event. */
export interface UserAgentFields {
  apply(event: Event): void;
}

/** Names for what an agent is: ECS below a target and the parts of versions in `@metadata`, or Logstash's older flat names. */
export class UserAgentFieldBuilder {
  readonly #prefix: string | undefined;
  readonly #below: ReferenceSet;
  readonly #metadata = new ReferenceSet("[@metadata][filter][user_agent]");
  readonly #made = new RecentCache<string, UserAgentFields>(RESULT_LIMIT);
  readonly #references: EcsReferences;

  /**
   * @param target a field reference in brackets, or nothing for the event's top
   * @param prefix of the flat names; undefined: names of ECS
   */
  constructor(target: string, prefix: string | undefined) {
    this.#below = new ReferenceSet(target);
    this.#prefix = prefix;
    this.#references = {
      name: this.#below.get(["name"]),
      version: this.#below.get(["version"]),
      system: this.#below.get(["os", "name"]),
      systemVersion: this.#below.get(["os", "version"]),
      systemFull: this.#below.get(["os", "full"]),
      device: this.#below.get(["device", "name"]),
      versionParts: PARTS.map((name) => this.#metadata.get(["version", name])),
      systemParts: PARTS.map((name) => this.#metadata.get(["os", "version", name])),
    };
  }

  /** @param text what the agent said of itself */
  build(agent: UserAgent, text: string): UserAgentFields {
    const version = agentVersion(agent, text);
    if (this.#prefix !== undefined) return this.#shared(agent, version);
    const references = this.#references;
    let uses = 0;
    let shared: UserAgentFields | undefined;
    return {
      apply: (event) => {
        if (uses++ < PLAIN_USES) setPlainly(event, agent, version, references);
        else {
          shared ??= this.#shared(agent, version);
          shared.apply(event);
        }
      },
    };
  }

  #shared(agent: UserAgent, version: string | undefined): UserAgentFields {
    const key = [agent.name, ...agent.version, version, agent.system, ...agent.systemVersion, agent.device].join("\n");
    let made = this.#made.get(key);
    if (made === undefined) {
      made = this.#prefix === undefined ? this.#ecs(agent, version) : this.#flat(agent, version, this.#prefix);
      this.#made.set(key, made);
    }
    return made;
  }

  #ecs(agent: UserAgent, version: string | undefined): UserAgentFields {
    const system = systemVersion(agent);
    const fields: Values = [[["name"], agent.name]];
    if (version !== undefined) fields.push([["version"], version]);
    fields.push([["os", "name"], agent.system]);
    if (system !== undefined) fields.push([["os", "version"], system]);
    fields.push([["os", "full"], fullName(agent, system)], [["device", "name"], agent.device]);
    const parts: Values = [
      ...named(agent.version, (name) => ["version", name]),
      ...named(agent.systemVersion, (name) => ["os", "version", name]),
    ];
    return join(new SharedFields(fields, this.#below), new SharedFields(parts, this.#metadata));
  }

  #flat(agent: UserAgent, version: string | undefined, prefix: string): UserAgentFields {
    const system = systemVersion(agent);
    const fields: Values = [[["name"], agent.name]];
    if (version !== undefined) fields.push([["version"], version]);
    fields.push(...named(agent.version, (name) => [name]));
    fields.push([["os_name"], agent.system], [["os"], agent.system], [["os_full"], fullName(agent, system)]);
    if (system !== undefined) fields.push([["os_version"], system]);
    fields.push(...named(agent.systemVersion, (name) => [`os_${name}`]), [["device"], agent.device]);
    return new SharedFields(
      fields.map(([[name], value]) => [[`${prefix}${name}`], value]),
      this.#below,
    );
  }
}

interface EcsReferences {
  readonly name: FieldReference;
  readonly version: FieldReference;
  readonly system: FieldReference;
  readonly systemVersion: FieldReference;
  readonly systemFull: FieldReference;
  readonly device: FieldReference;
  readonly versionParts: readonly FieldReference[];
  readonly systemParts: readonly FieldReference[];
}

/** Sets what the shared fields give, one by one. */
function setPlainly(event: Event, agent: UserAgent, version: string | undefined, to: EcsReferences): void {
  const system = systemVersion(agent);
  to.name.set(event, agent.name);
  if (version !== undefined) to.version.set(event, version);
  to.system.set(event, agent.system);
  if (system !== undefined) to.systemVersion.set(event, system);
  to.systemFull.set(event, fullName(agent, system));
  to.device.set(event, agent.device);
  setParts(event, agent.version, to.versionParts);
  setParts(event, agent.systemVersion, to.systemParts);
}

function setParts(event: Event, version: readonly (string | undefined)[], to: readonly FieldReference[]): void {
  for (let i = 0; i < to.length; i++) {
    const part = version[i];
    if (part !== undefined) (to[i] as FieldReference).set(event, part);
  }
}

function fullName({ system }: UserAgent, version: string | undefined): string {
  return version === undefined ? system : `${system} ${version}`;
}

/** Logstash tells the first three parts of a version apart. */
function named(version: readonly (string | undefined)[], place: (name: string) => readonly string[]): Values {
  return PARTS.flatMap((name, i) => {
    const part = version[i];
    return part === undefined ? [] : [[place(name), part] as const];
  });
}

function join(fields: SharedFields, parts: SharedFields): UserAgentFields {
  return {
    apply(event) {
      fields.apply(event);
      parts.apply(event);
    },
  };
}
