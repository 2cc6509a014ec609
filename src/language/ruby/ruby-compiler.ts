import { Script } from "node:vm";
import { codeWarnings, definedConstants, type UsedConstant, unknownConstants, usedConstants } from "./code-warnings.ts";
import {
  type CompiledRuby,
  type RubyFinding,
  type RubyPart,
  type RubySource,
  RubySyntaxError,
} from "./compiled-unit.ts";
import { type CodeStore, OpalRealm, type RubyObject } from "./opal-realm.ts";
import { prepareCompiler } from "./prepare-runtime.ts";
import type { TranslatedRegexp } from "./ruby-regexp.ts";
import { keepsState } from "./state-use.ts";
import { type Build, isSyntax, nodesOf, rangeOf, type Syntax, statementsOf } from "./syntax.ts";
import { type ParsedPart, UnitRewriter, type Update } from "./unit-rewriter.ts";

/** Lines before a part's code in the text that is parsed. */
const PROLOGUE_LINES = 1;

/** Compiles Ruby to JavaScript by Opal. Loading it takes a third of a second: made when there is something to compile. */
export class RubyCompiler {
  readonly #realm: OpalRealm;
  readonly #compiler: RubyObject;
  readonly #parser: RubyObject;
  readonly #buffer: RubyObject;
  readonly #build: Build;
  readonly #update: Update;
  /** What Opal is to compile in place of what it parsed. */
  #tree: Syntax | undefined;

  constructor(code: CodeStore) {
    const realm = new OpalRealm(() => undefined, prepareCompiler, code);
    this.#realm = realm;
    for (const file of ["stringio", "pathname", "base64", "compiler"] as const) realm.load(file);
    realm.evaluate('Opal.require("corelib/string/unpack"); Opal.require("opal/compiler")');
    const find = (...names: string[]): RubyObject =>
      names.reduce((scope, name) => realm.opal["const_get_qualified"](scope, name), realm.opal["Opal"]) as RubyObject;
    this.#compiler = find("Compiler");
    this.#parser = find("Parser");
    this.#buffer = find("Parser", "SourceBuffer");
    const node = find("AST", "Node");
    const nil: unknown = realm.opal["nil"];
    const listed = (children: readonly unknown[]): unknown[] => realm.array(children.map((child) => child ?? nil));
    this.#build = (type, ...children) => node["$new"](type, listed(children)) as Syntax;
    this.#update = (old, children) => (old as RubyObject)["$updated"](old.type, listed(children)) as Syntax;
    // Errors as they are raised, with the parser's own place.
    this.#compiler["$$prototype"].$re_raise_with_location = realm.evaluate(
      "(function raise() { const block = raise.$$p; raise.$$p = null; return Opal.yieldX(block, []); })",
    );
    // The parser asks JavaScript whether an expression is one, which is not the question; it needs the names of its groups.
    const builder = realm.opal["const_get_qualified"](realm.opal["Object"], "Parser") as RubyObject;
    const named = (parts: Syntax[]): unknown => {
      if (!parts.every((part) => part.type === "str")) return nil;
      const source = parts.map((part) => String(part.children[0])).join("");
      const names = [...source.matchAll(/\(\?<([a-z_]\w*)>/g)].map((match) => match[1]);
      return { $names: () => realm.array([...new Set(names)]) };
    };
    const builders = realm.opal["const_get_qualified"](builder, "Builders") as RubyObject;
    realm.opal["const_get_qualified"](builders, "Default")["$$prototype"].$static_regexp = named;
    this.#buffer["$$prototype"].$slice = slice;
    this.#replaceTree(find("Rewriter")["$$prototype"]);
  }

  /** The parser leaves the parts as they are; the compiler gets the tree made of them. */
  #replaceTree(rewriter: RubyObject): void {
    const rewrite = rewriter["$process"] as (this: RubyObject) => unknown;
    const compiler: RubyCompiler = this;
    rewriter["$process"] = function process(this: RubyObject): unknown {
      if (compiler.#tree === undefined) return this["sexp"];
      this["sexp"] = compiler.#build("top", compiler.#tree);
      return rewrite.call(this);
    };
  }

  /** @throws RubySyntaxError naming the part and its line */
  compile(source: RubySource, id: string): CompiledRuby {
    const parts = source.parts.map((part): ParsedPart => ({ part, body: this.#parse(part) }));
    const regexps: TranslatedRegexp[] = [];
    const rewriter = new UnitRewriter(this.#build, this.#update, regexps);
    const run = this.#compiler["$new"]("nil", this.#realm.opal["hash2"](this.#realm.array([]), {})) as RubyObject;
    let javascript: string;
    try {
      this.#tree = rewriter.unit(source, id, parts);
      javascript = run["$compile"]() as string;
    } catch (error) {
      throw placed(error, source.parts[0]?.name ?? "code");
    } finally {
      this.#tree = undefined;
    }
    const text = `(function(Opal, $regexps) { var $re = $regexps(${JSON.stringify(regexps)});\n${javascript}\n})`;
    // What Opal got wrong is to be known now and not at start.
    new Script(text);
    return {
      id,
      owner: source.owner,
      javascript: text,
      places: [[0, 0], ...placesOf(run, source)],
      parts: source.parts.map(({ name }) => name),
      warnings: warningsOf(parts),
      keepsState: parts.some((part) => this.#keepsState(part)),
    };
  }

  #parse(part: RubyPart): Syntax | undefined {
    const buffer = this.#buffer["$new"](part.name, 1);
    // A method's body may use `next` and set constants: it is parsed as a block.
    const [begin, end] =
      part.kind === "script" ? ["class Script", "end"] : [`proc do |${part.parameters.join(", ")}|`, "end"];
    try {
      buffer["$source="](`${begin}\n${part.code}\n${end}`);
      const top = this.#parser["$default_parser"]()["$parse"](buffer) as Syntax;
      const whole = top.children[0] as Syntax;
      const body = whole.children[2];
      return isSyntax(body) ? body : undefined;
    } catch (error) {
      throw placed(error, part.name, part.code.split("\n").length);
    }
  }

  /** What runs once sets variables up; the methods and blocks that it makes run later. */
  #keepsState({ part, body }: ParsedPart): boolean {
    if (body === undefined) return false;
    if (part.kind === "method" && !part.once) return keepsState(body);
    if (part.kind === "script")
      return statementsOf(body).some(
        (node) => node.type === "def" && node.children[0] !== "register" && keepsState(node),
      );
    return (
      [...nodesOf(body)].some((node) => node.type === "def" && keepsState(node)) ||
      [...nodesOf(body)].some(
        (node) => node.type === "block" && (node.children[0] as Syntax).type === "lambda" && keepsState(node),
      )
    );
  }
}

/**
 * A part of the source; positions count code points. Opal's own gives String objects where the source has more than ASCII, which its
 * `switch` statements do not know (`-1` became 1).
 */
function slice(this: RubyObject, range: number | { begin: number; end: number; excl: boolean }): string {
  const begin = typeof range === "number" ? range : range.begin;
  const end = typeof range === "number" ? range + 1 : range.end + (range.excl ? 0 : 1);
  const source = String(this["source"]);
  if (!/[\ud800-\udfff]/.test(source)) return source.slice(begin, end);
  const points: string[] = this["points"] ?? Array.from(source);
  this["points"] = points;
  return points.slice(begin, end).join("");
}

function warningsOf(parts: readonly ParsedPart[]): RubyFinding[] {
  const found: RubyFinding[] = [];
  const uses: (UsedConstant & { part: string })[] = [];
  const defines = new Set<string>();
  for (const { part, body } of parts) {
    if (body === undefined) continue;
    for (const warning of codeWarnings(body)) found.push({ ...warning, part: part.name });
    for (const use of usedConstants(body)) uses.push({ ...use, part: part.name });
    for (const name of definedConstants(body)) defines.add(name);
  }
  found.push(...unknownConstants(uses, defines));
  return found.map((warning) => ({
    ...warning,
    line: warning.line === undefined ? undefined : warning.line - PROLOGUE_LINES,
  }));
}

/** Where each line of what Opal wrote came from: of several places the last, since the ends of blocks follow what is in them. */
function placesOf(run: RubyObject, source: RubySource): [number, number][] {
  const places: [number, number][] = [[0, 0]];
  for (const fragment of run["$fragments"]() as RubyObject[]) {
    const sexp: unknown = fragment["sexp"];
    const range = isSyntax(sexp) ? rangeOf(sexp) : undefined;
    const name = String(range?.["$source_buffer"]()["$name"]());
    const part = range === undefined ? -1 : source.parts.findIndex((one) => one.name === name);
    const line = part < 0 ? 0 : (range?.["$line"]() as number) - PROLOGUE_LINES;
    const lines = String(fragment["code"]).split("\n");
    lines.forEach((text, i) => {
      if (i > 0) places.push([0, 0]);
      const last = places.at(-1) as [number, number];
      if (part >= 0 && text !== "" && (last[1] < line || last[0] !== part)) places[places.length - 1] = [part, line];
    });
  }
  return places;
}

/** An error of Opal's, with its line where it has one. */
function placed(error: unknown, part: string, lines?: number): RubySyntaxError {
  if (error instanceof RubySyntaxError) {
    return new RubySyntaxError(
      error.message,
      error.part,
      error.line === undefined ? undefined : error.line - PROLOGUE_LINES,
    );
  }
  for (
    let cause = error as RubyObject | undefined;
    typeof cause === "object" && cause !== null;
    cause = cause["cause"]
  ) {
    const diagnostic: unknown = cause["diagnostic"];
    const place = (diagnostic as RubyObject | undefined)?.["$location"]?.();
    const line: unknown = place?.["$line"]?.();
    if (typeof line !== "number") continue;
    const own = Math.max(1, line - PROLOGUE_LINES);
    const message = String((diagnostic as RubyObject)["$message"]());
    if (lines !== undefined && own > lines)
      return new RubySyntaxError("the code ends too early: an end or a bracket is missing", part, lines);
    return new RubySyntaxError(message, part, own);
  }
  return new RubySyntaxError(String((error as Error | undefined)?.message ?? error), part, undefined);
}
