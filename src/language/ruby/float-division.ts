import { type Build, calledName, childNode, childNodes, nodesOf, type Syntax } from "./syntax.ts";

/** Methods whose result is a float. */
const FLOAT_METHODS: ReadonlySet<string> = new Set(["to_f", "fdiv", "Float"]);
const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "**"]);
/** Methods that give a float for a float. */
const KEEPS_FLOAT: ReadonlySet<string> = new Set(["abs", "-@", "+@"]);

/**
 * JavaScript has one kind of number, so `/` between whole numbers gives a whole number, as Ruby does for integers. Where one side is
 * certainly a float (a literal such as 1000.0, `to_f`, arithmetic with one, a variable with nothing else in it) it becomes `fdiv`. In the
 * same way `to_s` and `#{…}` write 2.0 for what is certainly a float, and 2 for what is not.
 */
export class FloatDivision {
  readonly #floats: ReadonlySet<string>;

  constructor(root: Syntax) {
    this.#floats = floatVariables(root);
  }

  rewrite(node: Syntax, build: Build): Syntax | undefined {
    if (node.type === "send" && node.children[1] === "/" && node.children.length === 3) {
      if (childNodes(node).some((side) => isFloat(side, this.#floats)))
        return build("send", node.children[0], "fdiv", node.children[2]);
    }
    if (
      node.type === "send" &&
      node.children.length === 2 &&
      (node.children[1] === "to_s" || node.children[1] === "inspect")
    ) {
      if (isFloat(childNode(node, 0), this.#floats)) return build("send", null, "__float_text", node.children[0]);
    }
    if (node.type === "dstr" && childNodes(node).some((part) => part.type === "begin" && isFloat(part, this.#floats))) {
      const parts = childNodes(node).map((part) =>
        part.type === "begin" && isFloat(part, this.#floats)
          ? build("begin", build("send", null, "__float_text", part))
          : part,
      );
      return build("dstr", ...parts);
    }
    if (node.type === "op_asgn" && node.children[1] === "/") {
      const [target, , value] = node.children as [Syntax, string, Syntax];
      if (isFloat(value, this.#floats) || this.#floats.has(target.children[0] as string))
        return build("op_asgn", target, "fdiv", value);
    }
    return undefined;
  }
}

function isFloat(node: Syntax | undefined, floats: ReadonlySet<string>): boolean {
  if (node === undefined) return false;
  if (node.type === "float") return true;
  if (node.type === "begin") return node.children.length === 1 && isFloat(childNode(node, 0), floats);
  if (["lvar", "ivar", "gvar", "cvar"].includes(node.type)) return floats.has(node.children[0] as string);
  const name = calledName(node);
  if (name === undefined) return false;
  if (FLOAT_METHODS.has(name)) return true;
  if (name === "round") return childNodes(node).length > 1 && isFloat(childNode(node, 0), floats);
  if (KEEPS_FLOAT.has(name)) return isFloat(childNode(node, 0), floats);
  return ARITHMETIC.has(name) && childNodes(node).some((side) => isFloat(side, floats));
}

/** Variables that only floats are assigned to. `x += y` leaves a float one. */
function floatVariables(root: Syntax): ReadonlySet<string> {
  const assigned = new Map<string, Syntax[]>();
  const other = new Set<string>();
  const targets = new Set<unknown>();
  for (const node of nodesOf(root)) {
    if (node.type === "op_asgn" && ARITHMETIC.has(node.children[1] as string)) targets.add(node.children[0]);
    let [target, value] = [node, childNode(node, 1)];
    if (node.type === "or_asgn" || node.type === "and_asgn") {
      target = node.children[0] as Syntax;
      targets.add(target);
    }
    const name = target.children[0] as string;
    if (/^[licg]vasgn$|^cvasgn$/.test(target.type)) {
      if (value !== undefined) assigned.set(name, [...(assigned.get(name) ?? []), value]);
      else if (!targets.has(target)) other.add(name);
    } else if (node.type.endsWith("arg")) other.add(name);
  }
  const floats = new Set<string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const [name, values] of assigned) {
      if (floats.has(name) || other.has(name) || !values.every((value) => isFloat(value, floats))) continue;
      floats.add(name);
      grown = true;
    }
  }
  return floats;
}
