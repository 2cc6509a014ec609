import type { RubyFinding } from "./compiled-unit.ts";
import { CONSTANTS, LIBRARIES } from "./libraries.ts";
import { calledName, childNode, constantName, isOwnCall, lineOf, nodesOf, type Syntax } from "./syntax.ts";

/** Ways to other programs and to the process, which are not had. */
const NOT_HAD: ReadonlySet<string> = new Set([
  "system",
  "exec",
  "spawn",
  "fork",
  "eval",
  "instance_eval",
  "binding",
  "exit",
  "exit!",
  "abort",
  "gets",
  "open",
  "load",
  "autoload",
  "require_relative",
  "sleep",
]);
const ITERATORS: ReadonlySet<string> = new Set([
  "each",
  "each_with_index",
  "each_value",
  "each_pair",
  "each_entry",
  "reverse_each",
  "each_with_object",
]);

export type CodeWarning = Omit<RubyFinding, "part">;

export interface UsedConstant {
  readonly name: string;
  readonly line: number | undefined;
}

/** What cannot run here as in Ruby, as far as the text shows it. */
export function codeWarnings(root: Syntax): CodeWarning[] {
  const found: CodeWarning[] = [];
  const warn = (node: Syntax, message: string): void => {
    found.push({ line: lineOf(node), message });
  };
  for (const node of nodesOf(root)) {
    if (node.type === "case_match" || node.type.startsWith("match_pattern"))
      warn(node, "patterns (case … in) are not had here: they raise NameError");
    if (node.type === "xstr") warn(node, "no command is run from here: backticks raise an error");
    else if (node.type === "send" && childNode(node, 0) === undefined) {
      const name = node.children[1] as string;
      const argument = childNode(node, 2);
      if (name === "require" && argument?.type === "str" && !LIBRARIES.has(argument.children[0] as string))
        warn(node, `there is no library "${argument.children[0]}" here: require raises LoadError`);
      else if (NOT_HAD.has(name) && node.children.length > 2) warn(node, `${name} is not had here: it raises an error`);
    }
    if (calledName(node) === "[]" || calledName(node) === "[]=") {
      const receiver = childNode(node, 0);
      const isEvent =
        receiver !== undefined &&
        (isOwnCall(receiver, "event") || (receiver.type === "lvar" && receiver.children[0] === "event"));
      if (isEvent) warn(node, "event[…] raises an error: use event.get and event.set");
    }
    if (node.type === "block") aliasedTexts(node, warn);
  }
  return found;
}

/** `list.each { |text| text.strip! }`: the list keeps the old text. */
function aliasedTexts(block: Syntax, warn: (node: Syntax, message: string) => void): void {
  const [call, parameters] = block.children as [Syntax, Syntax | undefined];
  if (!ITERATORS.has(calledName(call) ?? "") || parameters?.type !== "args") return;
  const names = new Set<unknown>(
    [...nodesOf(parameters)].filter((node) => node.type === "arg").map((node) => node.children[0]),
  );
  for (const node of nodesOf(block)) {
    const name = calledName(node);
    const receiver = childNode(node, 0);
    if (name === undefined || receiver?.type !== "lvar" || !names.has(receiver.children[0])) continue;
    if (/^(gsub|sub|l?strip|rstrip|chomp|chop|upcase|downcase|capitalize|squeeze|delete|tr)!$/.test(name))
      warn(node, `${name} changes the variable only; the list or hash keeps the old text: use map, or set it again`);
  }
}

/** The constants that a text uses, by their first name, but for those in `defined?(…)`. */
export function usedConstants(root: Syntax): UsedConstant[] {
  const found: UsedConstant[] = [];
  const visit = (node: Syntax): void => {
    if (node.type === "defined?") return;
    if (node.type === "const" || node.type === "casgn") {
      const scope = childNode(node, 0);
      if (node.type === "const" && (scope === undefined || scope.type === "cbase"))
        found.push({ name: node.children[1] as string, line: lineOf(node) });
    }
    const isDefinition = node.type === "class" || node.type === "module";
    node.children.forEach((child, i) => {
      if (typeof child === "object" && child !== null && "children" in child && !(isDefinition && i === 0))
        visit(child as Syntax);
    });
  };
  visit(root);
  return found;
}

/** The constants that a text defines, by their first name. */
export function definedConstants(root: Syntax): string[] {
  const found: string[] = [];
  for (const node of nodesOf(root)) {
    if (node.type === "casgn") found.push(constantName(node)?.split("::")[0] ?? "");
    if (node.type === "class" || node.type === "module") {
      const name = childNode(node, 0);
      if (name !== undefined) found.push(constantName(name)?.split("::")[0] ?? "");
    }
  }
  return found;
}

/** Constants that nothing here has, each once. */
export function unknownConstants<U extends UsedConstant & { readonly part: string }>(
  uses: readonly U[],
  defined: ReadonlySet<string>,
): RubyFinding[] {
  const unknown = new Map<string, U>();
  for (const use of uses)
    if (!CONSTANTS.has(use.name) && !defined.has(use.name) && !unknown.has(use.name)) unknown.set(use.name, use);
  return [...unknown.values()].map(({ name, line, part }) => ({
    part,
    line,
    message: `there is no ${name} here, unless another ruby filter defines it: using it raises NameError`,
  }));
}
