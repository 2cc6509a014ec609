/** One text of Ruby: the value of an option, or a file. */
export interface RubyPart {
  /** What messages call it: `code`, `init`, a path. */
  readonly name: string;
  /** `method`: the body of a method of this name. `script`: definitions of methods. */
  readonly kind: "method" | "script";
  readonly method: string;
  readonly parameters: readonly string[];
  readonly code: string;
  /** It runs before the first event only: what it sets is no state yet. */
  readonly once: boolean;
}

/** Texts that are compiled together, to one class: they share instance variables, methods and constants. */
export interface RubySource {
  /** The class above, in `LogStash::Filters`. */
  readonly owner: "Ruby" | "Aggregate";
  readonly parts: readonly RubyPart[];
}

export interface RubyFinding {
  readonly part: string;
  /** From 1, in the part. */
  readonly line: number | undefined;
  readonly message: string;
}

/** Compiled Ruby, ready to be loaded by an engine; plain data. */
export interface CompiledRuby {
  /** Name of the class that loading it makes. */
  readonly id: string;
  readonly owner: RubySource["owner"];
  readonly javascript: string;
  /** For each line of `javascript` the place that it came from: `[number of the part, line]`, with both 0 where there is none. */
  readonly places: readonly (readonly [part: number, line: number])[];
  /** Names of the parts. */
  readonly parts: readonly string[];
  /** What will not run as it would in Ruby, as far as can be told. */
  readonly warnings: readonly RubyFinding[];
  /** It changes variables that outlive one event, or may do so. */
  readonly keepsState: boolean;
}

/** The code is no Ruby, or has an expression that cannot be had. */
export class RubySyntaxError extends Error {
  readonly part: string;
  readonly line: number | undefined;

  constructor(message: string, part: string, line: number | undefined) {
    super(message);
    this.name = "RubySyntaxError";
    this.part = part;
    this.line = line;
  }
}
