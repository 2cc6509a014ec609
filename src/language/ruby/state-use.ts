import { calledName, childNode, childNodes, isSyntax, nodesOf, type Syntax } from "./syntax.ts";

/** Variables of the interpreter itself, which keep nothing from event to event that anybody means. */
const OWN_GLOBALS: ReadonlySet<string> = new Set(
  [
    "~",
    "!",
    "@",
    "_",
    "&",
    "`",
    "'",
    "+",
    ",",
    "/",
    ";",
    ".",
    "0",
    "stdout",
    "stderr",
    ":",
    '"',
    "$",
    "?",
    "PROGRAM_NAME",
  ].map((name) => `$${name}`),
);
const READS: ReadonlySet<string> = new Set(["ivar", "gvar", "cvar"]);
const WRITES: ReadonlySet<string> = new Set(["ivasgn", "gvasgn", "cvasgn", "casgn"]);

/** Methods that read, and whose result is a part of what was read. */
const PARTS: ReadonlySet<string> = new Set([
  "[]",
  "fetch",
  "dig",
  "first",
  "last",
  "values",
  "keys",
  "to_a",
  "to_h",
  "find",
  "detect",
  "select",
  "min",
  "max",
]);
/** Methods that read, and whose result is something of its own. */
const READING: ReadonlySet<string> = new Set(
  `include? key? has_key? member? value? has_value? any? all? none? empty? nil? is_a? kind_of? respond_to? length size count == != === =~ !~ < > <= >= <=> + - * / % **
  & | ! match match? start_with? end_with? eql? equal? to_s to_i to_f to_sym inspect join split gsub sub strip upcase downcase map collect each each_with_index
  each_pair each_key each_value reject index zero? hexdigest digest sum between? cover? scan tr round floor ceil abs hash format sprintf new coerce sort uniq reverse zip to_h
  to_set to_json each_slice each_cons each_char each_line each_byte with_index each_with_object take drop take_while drop_while flatten compact group_by partition reduce
  inject product transpose rotate sample shuffle sort_by min_by max_by minmax tally filter_map flat_map filter find_index find_all chars bytes lines ord hex oct rjust
  ljust center chomp chop lstrip rstrip capitalize swapcase squeeze delete_prefix delete_suffix succ next unpack unpack1 pack encode valid_encoding? ascii_only? freeze
  frozen? dup clone iso8601 strftime year month day hour min sec wday yday utc localtime getlocal getutc usec nsec class slice values_at transform_values
  transform_keys merge invert assoc subset? superset? disjoint? intersect? zero? positive? negative? even? odd? divmod fdiv object_id instance_of? method`.split(
    /\s+/,
  ),
);
/** Kernel's methods that leave their arguments alone. */
const KERNEL: ReadonlySet<string> = new Set([
  "Integer",
  "Float",
  "String",
  "rand",
  "puts",
  "p",
  "print",
  "format",
  "sprintf",
  "raise",
  "require",
]);

/**
 * Whether something is kept from event to event: an instance, class or global variable or a constant that is written, or changed in place,
 * or handed to where it might be. Those that `init` or `register` sets and the code only reads are no state.
 */
export function keepsState(body: Syntax): boolean {
  const changed = changedLocals(body);
  let found = false;
  const visit = (node: Syntax, parents: readonly Syntax[]): void => {
    if (found) return;
    if (WRITES.has(node.type) && !OWN_GLOBALS.has(node.children[0] as string)) found = true;
    else if (READS.has(node.type) && !OWN_GLOBALS.has(node.children[0] as string))
      found = mayChange(node, parents, changed);
    const below = [...parents, node];
    for (const child of childNodes(node)) visit(child, below);
  };
  visit(body, []);
  return found;
}

/** Whether the value of `node` may be changed by what stands around it. */
function mayChange(node: Syntax, parents: readonly Syntax[], changed: ReadonlySet<string>): boolean {
  const parent = parents.at(-1);
  if (parent === undefined) return false;
  const above = parents.slice(0, -1);
  switch (parent.type) {
    case "send":
    case "csend": {
      const name = calledName(parent) as string;
      const target = above.at(-1);
      if (target?.type.endsWith("_asgn") && target.children[0] === parent) return true;
      if (parent.children[0] !== node) return childNode(parent, 0) === undefined && !KERNEL.has(name);
      if (PARTS.has(name)) return mayChange(parent, above, changed);
      return !READING.has(name);
    }
    case "lvasgn":
      return changed.has(parent.children[0] as string);
    case "begin":
    case "kwbegin":
      return parent.children.at(-1) === node && mayChange(parent, above, changed);
    case "block":
      return parent.children[0] === node && mayChange(parent, above, changed);
    case "or":
    case "and":
      return mayChange(parent, above, changed);
    case "if":
      return parent.children[0] !== node && mayChange(parent, above, changed);
    case "return":
    case "splat":
    case "block_pass":
    case "yield":
      return true;
    default:
      return false;
  }
}

/** Local variables whose values are changed in place, as far as the shape tells: receivers of anything that is not known to read only. */
function changedLocals(body: Syntax): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of nodesOf(body)) {
    const isAssigning = node.type.endsWith("_asgn") && calledName(childNode(node, 0)) !== undefined;
    const target = isAssigning ? childNode(node, 0) : node;
    const name = calledName(target);
    if (name === undefined || (!isAssigning && (READING.has(name) || PARTS.has(name)))) continue;
    let root: unknown = target?.children[0];
    while (isSyntax(root) && (root.type === "send" || root.type === "index")) root = root.children[0];
    if (isSyntax(root) && root.type === "lvar") found.add(root.children[0] as string);
  }
  return found;
}
