import { sharedCompiler } from "../../language/ruby/compile-ruby.ts";
import { type CompiledRuby, type RubySource, RubySyntaxError } from "../../language/ruby/compiled-unit.ts";
import type { OptionProblem } from "../../plugin/definitions.ts";

/** What is wrong with the code of options, and what will not run as in Ruby; parts are named as their options. */
export function codeProblems(source: RubySource, optionOf: (part: string) => string = (part) => part): OptionProblem[] {
  const place = (line: number | undefined): string => (line === undefined ? "" : `line ${line}: `);
  try {
    return sharedCompiler()
      .compile(source)
      .warnings.map(({ part, line, message }) => ({
        option: optionOf(part),
        message: place(line) + message,
        severity: "warning",
      }));
  } catch (error) {
    if (!(error instanceof RubySyntaxError)) throw error;
    return [{ option: optionOf(error.part), message: `${place(error.line)}${error.message}` }];
  }
}

/** The compiled code; undefined where it is no Ruby, which `codeProblems` tells. */
export function compiledOrNone(source: RubySource): CompiledRuby | undefined {
  try {
    return sharedCompiler().compile(source);
  } catch {
    return undefined;
  }
}
