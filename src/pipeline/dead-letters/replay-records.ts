import { parseIdentity, parseSplit } from "../../event/identity.ts";
import type { Source } from "../../event/record-batch.ts";
import type { Value } from "../../event/value.ts";
import type { LetterScope } from "../../segments/dead-letter.ts";
import type { ResolvedGroup } from "../compile/resolve-group.ts";
import { inputNames, MADE_BY_TIME } from "../run/dead-letters.ts";
import type { AllowedEvent } from "../run/messages.ts";
import type { OpenLetter } from "./letters.ts";

/** A record that is run again, and the letters that it is run for. */
export interface ReplayRecord {
  readonly id: string;
  readonly source: Source;
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
  readonly flags: number;
  readonly readAt: number;
  readonly raw: Uint8Array;
  readonly letters: OpenLetter[];
}

/** Why a letter cannot be run again by this configuration. */
export interface NotPossible {
  readonly code: "made_by_time" | "no_record" | "input_gone" | "output_gone";
  readonly reason: string;
}

/** Finds inputs and outputs of a configuration for letters of another one, or of the same. */
export class ReplayPlan {
  readonly #inputs: ReadonlyMap<string, number>;
  readonly #inputCount: number;
  readonly #outputs: ReadonlyMap<string, number>;

  /** `outputs`: names as letters have them, by number. */
  constructor(group: ResolvedGroup, outputs: ReadonlyMap<string, number>) {
    const inputs = new Map<string, number>();
    inputNames(group).forEach(({ pipeline, input }, number) => {
      inputs.set(`${pipeline}/${input}`, number);
      // A configuration given with --with has another pipeline's name.
      if (group.pipelines.length === 1) inputs.set(input, number);
    });
    this.#inputs = inputs;
    this.#inputCount = group.inputs.length;
    this.#outputs = outputs;
  }

  /** The record of a letter. */
  record(open: OpenLetter): ReplayRecord | NotPossible {
    const { letter } = open;
    const identity = parseIdentity(letter.id);
    if (letter.origin?.input === MADE_BY_TIME)
      return {
        code: "made_by_time",
        reason: "a filter made this event by time, no record can make it again: read it by a dead_letter_queue input",
      };
    if (identity === undefined) return { code: "no_record", reason: "the letter has no identity of a record" };
    const input = this.#inputOf(letter.origin?.input ?? "");
    if (input === undefined)
      return {
        code: "input_gone",
        reason: `the configuration has no input ${letter.origin?.input}: give it that id, so that its codec is known`,
      };
    for (const { output } of open.scopes)
      if (output !== undefined && this.outputOf(output) === undefined)
        return {
          code: "output_gone",
          reason: `the configuration has no output ${output}: give it that id, so that no other output gets the event again`,
        };
    const { fileId, generation, offset, length, crc } = identity;
    return {
      id: letter.id,
      // No unit: an output that remembers ranges of what it has would take it for something it has.
      source: {
        input,
        fileId,
        generation,
        fields: (letter.origin?.fields ?? []) as readonly (readonly [string, Value])[],
      },
      offset,
      length,
      crc,
      flags: letter.origin?.flags ?? 0,
      readAt: letter.origin?.readAt ?? letter.time,
      raw: letter.raw,
      letters: [open],
    };
  }

  /** What of a record is to be delivered for one part of a letter. */
  allowed(record: number, { split, children, output }: LetterScope): AllowedEvent {
    const number = output === undefined ? undefined : this.outputOf(output);
    return {
      record,
      split: split === undefined ? undefined : parseSplit(split),
      children: children ?? {},
      outputs: number === undefined ? undefined : [number],
    };
  }

  #inputOf(name: string): number | undefined {
    const found = this.#inputs.get(name) ?? this.#inputs.get(name.slice(name.indexOf("/") + 1));
    return found ?? (this.#inputCount === 1 ? 0 : undefined);
  }

  /** The number of an output. When there is only one, that one is meant, whatever its name. */
  outputOf(name: string): number | undefined {
    const found = this.#outputs.get(name) ?? this.#outputs.get(name.slice(name.indexOf("/") + 1));
    return found ?? (this.#outputs.size === 1 ? [...this.#outputs.values()][0] : undefined);
  }
}
