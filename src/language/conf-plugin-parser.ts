import { lineColumn } from "../diagnostics/source.ts";
import type { ArrayNode, Attribute, HashEntry, HashNode, PluginNode, ValueNode } from "./conf-ast.ts";
import { type FaultReporter, SyntaxFault } from "./conf-faults.ts";
import { ATTRIBUTE_BEGIN, recover } from "./conf-recovery.ts";
import type { ConfigurationScanner } from "./conf-scanner.ts";

/** Values and blocks in each other beyond this depth are refused, so that no text can exhaust the stack. */
export const DEPTH_LIMIT = 200;

type Name = Pick<PluginNode, "nameSpan"> & { readonly name: string };

/** Reads plugins with their options and values. */
export class PluginParser {
  readonly #scanner: ConfigurationScanner;
  readonly #faults: FaultReporter;

  constructor(scanner: ConfigurationScanner, faults: FaultReporter) {
    this.#scanner = scanner;
    this.#faults = faults;
  }

  /** The rest of a plugin whose name and `{` were read. */
  body(name: Name, start: number, depth: number): PluginNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const open = scanner.at - 1;
    const attributes: Attribute[] = [];
    let apart = true;
    scanner.skip();
    while (!scanner.take("}")) {
      if (this.#endsUnclosed(name, start, open)) break;
      const attribute = recover(scanner, this.#faults, ATTRIBUTE_BEGIN, () => {
        if (!apart) scanner.fail(`whitespace after option "${attributes.at(-1)?.name}"`, this.#joinedHelp());
        return this.#attribute(depth);
      });
      if (attribute !== undefined) attributes.push(attribute);
      apart = scanner.skip() || attribute === undefined;
    }
    return { type: "plugin", ...name, attributes, span: scanner.span(start) };
  }

  /** Whether the file, or what can only stand outside of a plugin, comes before the plugin's end; reported. */
  #endsUnclosed(name: Name, start: number, open: number): boolean {
    const scanner: ConfigurationScanner = this.#scanner;
    if (!scanner.atEnd && !scanner.seesSection() && !this.#seesStatement(start)) return false;
    if (!this.#faults.exhausted) {
      const message = `the "{" of plugin "${name.name}" has no "}"`;
      this.#faults.report(new SyntaxFault("CONF003", message, scanner.span(open, open + 1)));
    }
    return true;
  }

  /** An `if`, or a plugin that is indented no deeper than the one that is read (deeper it is an option that lacks its arrow). */
  #seesStatement(start: number): boolean {
    const scanner: ConfigurationScanner = this.#scanner;
    const { at, source } = scanner;
    const word = scanner.sees('"') || scanner.sees("'") ? undefined : scanner.name();
    const behind = scanner.at;
    scanner.skip();
    const block = scanner.sees("{");
    const arrow = scanner.sees("=");
    scanner.at = at;
    if (word === undefined || arrow) return false;
    if (word.text === "if" || (word.text === "else" && behind > at)) return true;
    if (!block) return false;
    const [own, other] = [lineColumn(source, start), lineColumn(source, at)];
    return other.line > own.line && other.column <= own.column;
  }

  #joinedHelp(): string | undefined {
    const scanner: ConfigurationScanner = this.#scanner;
    if (scanner.sees(",")) return "options are not separated by commas";
    return /\d/.test(scanner.text[scanner.at - 1] ?? "")
      ? "a value that is not only a number stands in quotes"
      : undefined;
  }

  /** The grammar wants two characters of a bareword. */
  #letterHelp(): string | undefined {
    const letter = /[A-Za-z_]/.test(this.#scanner.text[this.#scanner.at] ?? "");
    return letter ? "a single letter stands in quotes" : undefined;
  }

  #attribute(depth: number): Attribute {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    if (scanner.sees(",")) scanner.fail('an option or "}"', "options are not separated by commas");
    const name = scanner.name() ?? scanner.fail('an option or "}"');
    scanner.skip();
    scanner.expect("=>", `after option "${name.text}"`, "options are written name => value");
    scanner.skip();
    const value = this.#value(depth + 1);
    return { name: name.text, nameSpan: name.span, value, span: scanner.span(start) };
  }

  #value(depth: number): ValueNode {
    const scanner: ConfigurationScanner = this.#scanner;
    if (depth > DEPTH_LIMIT) scanner.fail(`at most ${DEPTH_LIMIT} nested values`);
    if (scanner.sees("[")) return this.#array(depth);
    if (scanner.sees("{")) return this.#hash(depth);
    const text = scanner.string();
    if (text !== undefined) return this.#pluginValue({ name: text.raw, nameSpan: text.span }, depth) ?? text;
    const start = scanner.at;
    const name = scanner.sees("-") ? undefined : scanner.name();
    if (name !== undefined) {
      const plugin = this.#pluginValue({ name: name.text, nameSpan: name.span }, depth);
      if (plugin !== undefined) return plugin;
    }
    scanner.at = start;
    return (
      scanner.bareword() ??
      scanner.number() ??
      scanner.fail(
        "a value: a text in quotes, a number, a word, a list in [ ], a hash in { } or a codec",
        this.#letterHelp(),
      )
    );
  }

  /** `json { … }`: a name with a body. A name alone is a bareword or a text. */
  #pluginValue(name: Name, depth: number): PluginNode | undefined {
    const scanner: ConfigurationScanner = this.#scanner;
    const behind = scanner.at;
    scanner.skip();
    if (scanner.take("{")) return this.body(name, name.nameSpan.start, depth);
    scanner.at = behind;
    return undefined;
  }

  #array(depth: number): ArrayNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    scanner.expect("[", "before a list");
    const items: ValueNode[] = [];
    scanner.skip();
    while (!scanner.take("]")) {
      items.push(this.#value(depth + 1));
      scanner.skip();
      const comma = scanner.at;
      if (scanner.take(",")) {
        scanner.skip();
        if (scanner.sees("]")) this.#lastComma(comma);
      } else if (!scanner.sees("]")) scanner.expect("]", "after a list", "elements are separated by commas");
    }
    return { type: "array", items, span: scanner.span(start) };
  }

  /** Reported without leaving the list, since it is plain what was meant. */
  #lastComma(comma: number): void {
    const message = 'expected another element after ",", found "]"';
    const span = this.#scanner.span(comma, comma + 1);
    this.#faults.report(new SyntaxFault("CONF001", message, span, "leave the last comma out; Logstash refuses it"));
  }

  #hash(depth: number): HashNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    scanner.expect("{", "before a hash");
    const entries = new Map<string, HashEntry>();
    let apart = true;
    scanner.skip();
    while (!scanner.take("}")) {
      if (scanner.sees(",")) {
        const message = 'expected a key or "}", found ","';
        const help = "entries of a hash are separated by spaces, not commas";
        this.#faults.report(new SyntaxFault("CONF001", message, scanner.span(scanner.at, scanner.at + 1), help));
        scanner.take(",");
      } else {
        if (!apart) scanner.fail('whitespace or "}" after an entry', this.#joinedHelp());
        const entry = this.#entry(depth);
        const key = entry.key.type === "string" ? entry.key.raw : entry.key.text;
        if (entries.has(key))
          this.#faults.warn(
            "CONF006",
            `the key ${JSON.stringify(key)} stands twice in this hash`,
            entry.key.span,
            "the later value holds; Logstash refuses this",
          );
        entries.set(key, entry);
      }
      apart = scanner.skip();
    }
    return { type: "hash", entries: [...entries.values()], span: scanner.span(start) };
  }

  #entry(depth: number): HashEntry {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    const key =
      scanner.number() ??
      scanner.bareword() ??
      scanner.string() ??
      scanner.fail('a key or "}" in a hash', this.#letterHelp());
    scanner.skip();
    scanner.expect("=>", "after the key of a hash", "entries of a hash are written key => value");
    scanner.skip();
    return { key, value: this.#value(depth + 1), span: scanner.span(start) };
  }
}
