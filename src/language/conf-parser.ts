import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { SourceText } from "../diagnostics/source.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type {
  Attribute,
  BranchNode,
  Configuration,
  HashEntry,
  IfNode,
  PluginNode,
  Section,
  SectionKind,
  Statement,
  ValueNode,
} from "./conf-ast.ts";
import { parseCondition } from "./conf-expression.ts";
import { ConfigurationScanner, SyntaxFault } from "./conf-scanner.ts";

const SECTIONS: readonly SectionKind[] = ["input", "filter", "output"];
/** Values and blocks in each other beyond this depth are refused, so that no text can exhaust the stack. */
const DEPTH_LIMIT = 200;

/**
 * Parses the files of one pipeline, joined in their order. All syntax errors go to `found`; what could be read is returned.
 * Grammar: Logstash, "Structure of a pipeline" and "Accessing event data and fields"; a recursive descent of our own, because a message
 * should say what was expected where, and one error should not hide the next.
 */
export function parseConfiguration(sources: readonly SourceText[], found: DiagnosticCollector): Configuration {
  return { sections: sources.flatMap((source) => new ConfigurationParser(source, found).sections()) };
}

class ConfigurationParser {
  readonly #scanner: ConfigurationScanner;
  readonly #found: DiagnosticCollector;

  constructor(source: SourceText, found: DiagnosticCollector) {
    this.#scanner = new ConfigurationScanner(source);
    this.#found = found;
  }

  sections(): Section[] {
    const scanner: ConfigurationScanner = this.#scanner;
    const sections: Section[] = [];
    for (scanner.skip(); !scanner.atEnd; scanner.skip()) {
      const section = this.#recover(
        () => this.#section(),
        () => this.#toNextSection(),
      );
      if (section !== undefined) sections.push(section);
    }
    return sections;
  }

  #section(): Section {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    const name = scanner.name();
    if (name === undefined) scanner.fail("input, filter or output", "plugins stand inside one of these sections");
    const kind = SECTIONS.find((one) => one === name.text);
    if (kind === undefined) {
      const meant = suggest(name.text, SECTIONS);
      const help = meant === undefined ? "input, filter and output are the sections" : `did you mean "${meant}"?`;
      throw new SyntaxFault("CONF004", `there is no section ${JSON.stringify(name.text)}`, name.span, help);
    }
    scanner.skip();
    scanner.expect("{", `after "${kind}"`);
    const statements = this.#statements(0);
    return { kind, statements, span: scanner.span(start) };
  }

  /** Statements up to and with the closing brace. */
  #statements(depth: number): Statement[] {
    const scanner: ConfigurationScanner = this.#scanner;
    const statements: Statement[] = [];
    const open = scanner.at - 1;
    for (scanner.skip(); !scanner.take("}"); scanner.skip()) {
      if (scanner.atEnd) {
        this.#report(new SyntaxFault("CONF003", 'this "{" has no "}"', scanner.span(open, open + 1)));
        break;
      }
      const statement = this.#recover(
        () => this.#statement(depth),
        (from) => this.#toNextStatement(from),
      );
      if (statement !== undefined) statements.push(statement);
    }
    return statements;
  }

  #statement(depth: number): Statement {
    const scanner: ConfigurationScanner = this.#scanner;
    if (depth > DEPTH_LIMIT) scanner.fail(`at most ${DEPTH_LIMIT} nested blocks`);
    const start = scanner.at;
    if (scanner.takeWord("if")) return this.#if(start, depth);
    if (scanner.takeWord("else")) {
      throw new SyntaxFault(
        "CONF001",
        '"else" without "if"',
        scanner.span(start),
        "else follows the closing brace of an if",
      );
    }
    const name = scanner.name();
    if (name === undefined) scanner.fail('a plugin, "if" or "}"');
    scanner.skip();
    scanner.expect("{", `after plugin "${name.text}"`);
    return this.#pluginBody(name, start, depth);
  }

  #if(start: number, depth: number): IfNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const branches: BranchNode[] = [this.#branch(start, depth)];
    for (;;) {
      const before = scanner.at;
      scanner.skip();
      const from = scanner.at;
      // "elseif" in one word is as good as "else if".
      if (!scanner.takeWord("else") && !(scanner.sees("elseif") && scanner.take("else"))) {
        scanner.at = before;
        return { type: "if", branches, span: scanner.span(start) };
      }
      scanner.skip();
      if (scanner.takeWord("if")) {
        branches.push(this.#branch(from, depth));
        continue;
      }
      scanner.expect("{", 'after "else"');
      branches.push({ condition: undefined, statements: this.#statements(depth + 1), span: scanner.span(from) });
      return { type: "if", branches, span: scanner.span(start) };
    }
  }

  #branch(start: number, depth: number): BranchNode {
    const scanner: ConfigurationScanner = this.#scanner;
    scanner.skip();
    const condition = parseCondition(scanner);
    scanner.skip();
    scanner.expect(
      "{",
      "after the condition",
      "comparisons: == != < > <= >= =~ !~ in, not in; joined by and, or, xor, nand",
    );
    return { condition, statements: this.#statements(depth + 1), span: scanner.span(start) };
  }

  #pluginBody(name: { text: string; span: PluginNode["nameSpan"] }, start: number, depth: number): PluginNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const open = scanner.at - 1;
    const attributes: Attribute[] = [];
    for (scanner.skip(); !scanner.take("}"); scanner.skip()) {
      if (scanner.atEnd) {
        this.#report(
          new SyntaxFault("CONF003", `the "{" of plugin "${name.text}" has no "}"`, scanner.span(open, open + 1)),
        );
        break;
      }
      const attribute = this.#recover(
        () => this.#attribute(depth),
        (from) => this.#toNextAttribute(from),
      );
      if (attribute !== undefined) attributes.push(attribute);
    }
    return { type: "plugin", name: name.text, nameSpan: name.span, attributes, span: scanner.span(start) };
  }

  #attribute(depth: number): Attribute {
    const scanner: ConfigurationScanner = this.#scanner;
    if (scanner.sees(",")) scanner.fail('an option or "}"', "options are not separated by commas");
    const name = scanner.name();
    if (name === undefined) scanner.fail('an option or "}"');
    scanner.skip();
    scanner.expect(
      "=>",
      `after option "${name.text}"`,
      scanner.sees("=") ? "options are written name => value" : undefined,
    );
    scanner.skip();
    return { name: name.text, nameSpan: name.span, value: this.#value(depth + 1) };
  }

  #value(depth: number): ValueNode {
    const scanner: ConfigurationScanner = this.#scanner;
    if (depth > DEPTH_LIMIT) scanner.fail(`at most ${DEPTH_LIMIT} nested values`);
    if (scanner.sees("[")) return this.#array(depth);
    if (scanner.sees("{")) return this.#hash(depth);
    const plugin = this.#pluginValue(depth);
    if (plugin !== undefined) return plugin;
    return (
      scanner.string() ??
      scanner.number() ??
      scanner.bareword() ??
      scanner.fail("a value: a text, a number, a word, a list in [ ], a hash in { } or a codec")
    );
  }

  /** `json { … }`: a name with a body. A name alone is a bareword. */
  #pluginValue(depth: number): PluginNode | undefined {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    const name = scanner.sees("-") ? undefined : scanner.name();
    scanner.skip();
    if (name !== undefined && scanner.take("{")) return this.#pluginBody(name, start, depth);
    scanner.at = start;
    return undefined;
  }

  #array(depth: number): ValueNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    scanner.expect("[", "before a list");
    const items: ValueNode[] = [];
    scanner.skip();
    while (!scanner.take("]")) {
      items.push(this.#value(depth + 1));
      scanner.skip();
      if (!scanner.take(",") && !scanner.sees("]"))
        scanner.expect("]", "after a list", "elements are separated by commas");
      scanner.skip();
    }
    return { type: "array", items, span: scanner.span(start) };
  }

  #hash(depth: number): ValueNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    scanner.expect("{", "before a hash");
    const entries: HashEntry[] = [];
    const keys = new Set<string>();
    scanner.skip();
    while (!scanner.take("}")) {
      if (scanner.sees(",")) {
        this.#report(
          new SyntaxFault(
            "CONF001",
            'expected a key or "}", found ","',
            scanner.span(scanner.at, scanner.at + 1),
            "entries of a hash are separated by spaces, not commas",
          ),
        );
        scanner.take(",");
        scanner.skip();
        continue;
      }
      const key = scanner.string() ?? scanner.number() ?? scanner.bareword() ?? scanner.fail('a key or "}"');
      scanner.skip();
      scanner.expect("=>", "after the key of a hash");
      scanner.skip();
      entries.push({ key, value: this.#value(depth + 1) });
      const text = key.type === "string" ? key.raw : key.text;
      if (keys.has(text))
        this.#found.warning("CONF006", `the key ${JSON.stringify(text)} stands twice in this hash`, key.span, {
          help: "values of both are taken together",
        });
      keys.add(text);
      scanner.skip();
    }
    return { type: "hash", entries, span: scanner.span(start) };
  }

  #recover<T>(parse: () => T, resume: (from: number) => void): T | undefined {
    const before = this.#scanner.at;
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      this.#report(error);
      if (error.code === "CONF002") this.#scanner.skipLine();
      resume(before);
      // However odd the text, each error takes at least one character with it.
      if (this.#scanner.at === before) this.#scanner.at++;
      return undefined;
    }
  }

  #report(fault: SyntaxFault): void {
    this.#found.error(fault.code, fault.message, fault.span, fault.help === undefined ? {} : { help: fault.help });
  }

  /** To where an option or the plugin's end stands: `name =>` or a `}` that closes more than was opened on the way. */
  #toNextAttribute(from: number): void {
    this.#resync(from, /^["']?[\w-]+["']?\s*=>/);
  }

  #toNextStatement(from: number): void {
    this.#resync(from, /^(?:if\b|[\w-]+\s*\{)/);
  }

  /** To a section at the beginning of a line. */
  #toNextSection(): void {
    const scanner: ConfigurationScanner = this.#scanner;
    const next = /^[ \t]*(?:input|filter|output)\s*\{/m;
    const from = scanner.text.indexOf("\n", scanner.at);
    const found = from < 0 ? null : next.exec(scanner.text.slice(from));
    scanner.at = found === null ? scanner.text.length : from + found.index;
  }

  /**
   * Goes to where `begin` matches behind the error, or to the brace that closes the block. Braces are counted from where the broken
   * part began; where that leads to the end of the file, because one is missing, from the error on.
   */
  #resync(from: number, begin: RegExp): void {
    const { at } = this.#scanner;
    this.#scanner.at = this.#findBegin(from, at, begin) ?? this.#findBegin(at, at, begin) ?? this.#scanner.text.length;
  }

  #findBegin(from: number, least: number, begin: RegExp): number | undefined {
    const { text } = this.#scanner;
    let depth = 0;
    let fresh = from > least;
    for (let at = from; at < text.length; at++) {
      const c = text[at] as string;
      if (depth === 0 && fresh && at > least && begin.test(text.slice(at, at + 120))) return at;
      if (c === "#") {
        const line = text.indexOf("\n", at);
        at = line < 0 ? text.length : line;
      } else if (c === "{") depth++;
      else if (c === "}") {
        if (depth === 0 && at >= least) return at;
        depth = Math.max(0, depth - 1);
      } else if (c === '"' || c === "'") {
        const line = text.indexOf("\n", at);
        const end = text.indexOf(c, at + 1);
        if (end > 0 && (line < 0 || end < line)) at = end;
      }
      fresh = /[\s{}\]"']/.test(text[at] ?? "");
    }
    return undefined;
  }
}
