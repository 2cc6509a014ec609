import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { SourceText } from "../diagnostics/source.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { BranchNode, Configuration, ExpressionNode, IfNode, Section, SectionKind, Statement } from "./conf-ast.ts";
import { brokenCondition, ConditionParser } from "./conf-expression.ts";
import { FaultReporter, SyntaxFault } from "./conf-faults.ts";
import { DEPTH_LIMIT, PluginParser } from "./conf-plugin-parser.ts";
import { recover, STATEMENT_BEGIN, toNextSection } from "./conf-recovery.ts";
import { ConfigurationScanner } from "./conf-scanner.ts";

const SECTIONS: readonly SectionKind[] = ["input", "filter", "output"];

/**
 * Parses the files of one pipeline, joined in their order; no section goes over the end of its file. Syntax errors go to `found`, at most
 * 100 a file; what could be read is returned. Never throws, whatever the text. Grammar: Logstash's grammar.treetop; a recursive descent
 * of our own, because a message should say what was expected where, and one error should not hide the next.
 */
export function parseConfiguration(sources: readonly SourceText[], found: DiagnosticCollector): Configuration {
  return { sections: sources.flatMap((source) => new ConfigurationParser(source, found).sections()) };
}

/** Sections, conditionals and the places of plugins in one file. */
class ConfigurationParser {
  readonly #scanner: ConfigurationScanner;
  readonly #faults: FaultReporter;
  readonly #plugins: PluginParser;
  readonly #conditions: ConditionParser;

  constructor(source: SourceText, found: DiagnosticCollector) {
    this.#scanner = new ConfigurationScanner(source);
    this.#faults = new FaultReporter(found);
    this.#plugins = new PluginParser(this.#scanner, this.#faults);
    this.#conditions = new ConditionParser(this.#scanner, this.#faults);
  }

  sections(): Section[] {
    const scanner: ConfigurationScanner = this.#scanner;
    const sections: Section[] = [];
    for (scanner.skip(); !scanner.atEnd && !this.#faults.exhausted; scanner.skip()) {
      const at = scanner.at;
      try {
        sections.push(this.#section());
      } catch (error) {
        if (!(error instanceof SyntaxFault)) throw error;
        this.#faults.report(error);
        // After one brace too many the next section follows; after anything else it is looked for.
        if (scanner.text[at] === "}") scanner.at = at + 1;
        else toNextSection(scanner);
      }
    }
    return sections;
  }

  #section(): Section {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    if (scanner.sees("}")) throw new SyntaxFault("CONF001", 'this "}" closes nothing', scanner.span(start, start + 1));
    const name = scanner.name() ?? scanner.fail("input, filter or output");
    const kind = SECTIONS.find((one) => one === name.text);
    if (kind === undefined) {
      const meant = suggest(name.text, SECTIONS);
      const help =
        meant === undefined
          ? 'plugins stand inside input, filter and output; is there a "}" too many above?'
          : `did you mean "${meant}"?`;
      throw new SyntaxFault("CONF004", `there is no section ${JSON.stringify(name.text)}`, name.span, help);
    }
    scanner.skip();
    scanner.expect("{", `after "${kind}"`);
    return { kind, statements: this.#statements(0), span: scanner.span(start) };
  }

  /** Statements up to and with the closing brace. */
  #statements(depth: number): Statement[] {
    const scanner: ConfigurationScanner = this.#scanner;
    const statements: Statement[] = [];
    const open = scanner.at - 1;
    for (scanner.skip(); !scanner.take("}"); scanner.skip()) {
      if (scanner.atEnd || scanner.seesSection()) {
        this.#faults.report(new SyntaxFault("CONF003", 'this "{" has no "}"', scanner.span(open, open + 1)));
        break;
      }
      const statement = recover(scanner, this.#faults, STATEMENT_BEGIN, () => this.#statement(depth));
      if (statement !== undefined) statements.push(statement);
    }
    return statements;
  }

  #statement(depth: number): Statement {
    const scanner: ConfigurationScanner = this.#scanner;
    if (depth > DEPTH_LIMIT) scanner.fail(`at most ${DEPTH_LIMIT} nested blocks`);
    const start = scanner.at;
    const name = scanner.name() ?? scanner.fail('a plugin, "if" or "}"');
    if (name.text === "if" && name.span.end - start === 2) return this.#if(start, depth);
    if (/^el(?:se|seif|sif|if)$/.test(name.text)) {
      const message = `"${name.text}" without "if"`;
      throw new SyntaxFault("CONF001", message, name.span, "else and else if follow the closing brace of an if");
    }
    scanner.skip();
    scanner.expect("{", `after plugin "${name.text}"`);
    return this.#plugins.body({ name: name.text, nameSpan: name.span }, start, depth);
  }

  #if(start: number, depth: number): IfNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const branches: BranchNode[] = [this.#branch(start, depth)];
    for (;;) {
      const before = scanner.at;
      scanner.skip();
      const from = scanner.at;
      if (scanner.takeWord("elsif") || scanner.takeWord("elif")) {
        const message = `there is no "${scanner.text.slice(from, scanner.at)}" in this language`;
        this.#faults.report(new SyntaxFault("CONF001", message, scanner.span(from), 'write "else if"'));
        branches.push(this.#branch(from, depth));
        continue;
      }
      // The grammar asks for no space between the two: "elseif" is as good as "else if".
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
    const condition = this.#condition(start);
    return { condition, statements: this.#statements(depth + 1), span: this.#scanner.span(start) };
  }

  /** A condition with the brace behind it. After an error in it the block is still read, if its brace is in the same line. */
  #condition(start: number): ExpressionNode {
    const scanner: ConfigurationScanner = this.#scanner;
    try {
      scanner.skip();
      const condition = this.#conditions.parse();
      scanner.skip();
      scanner.expect(
        "{",
        "after the condition",
        "comparisons: == != < > <= >= =~ !~ in, not in; joined by and, or, xor, nand",
      );
      return condition;
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      // After an open quote anything may be text, but a brace that ends the line.
      const rest = error.code === "CONF002" ? /[^\n]*\{[ \t\r]*(?=\n)/y : /[^{}\n#]*\{/y;
      rest.lastIndex = scanner.at;
      const skipped = rest.exec(scanner.text)?.[0];
      if (skipped === undefined) throw error;
      this.#faults.report(error);
      scanner.at += skipped.length;
      return brokenCondition(scanner.span(start));
    }
  }
}
