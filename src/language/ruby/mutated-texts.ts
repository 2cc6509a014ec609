import { type Build, calledName, childNode, isSyntax, type Syntax } from "./syntax.ts";

/** Methods that change a text in place. */
const IN_PLACE: ReadonlySet<string> = new Set([
  "<<",
  "concat",
  "prepend",
  "insert",
  "replace",
  "clear",
  "[]=",
  ...[
    "gsub",
    "sub",
    "strip",
    "lstrip",
    "rstrip",
    "chomp",
    "chop",
    "upcase",
    "downcase",
    "capitalize",
    "swapcase",
    "squeeze",
  ].map(bang),
  ...["delete", "tr", "tr_s", "reverse", "slice", "succ", "next", "encode", "scrub", "unicode_normalize"].map(bang),
  ...["delete_prefix", "delete_suffix"].map(bang),
]);

function bang(name: string): string {
  return `${name}!`;
}

const ASSIGNMENT: Readonly<Record<string, string>> = { lvar: "lvasgn", ivar: "ivasgn", gvar: "gvasgn", cvar: "cvasgn" };

/**
 * Texts cannot be changed in JavaScript. A call that would change one is made a call of a helper, which changes what is no text in place and
 * gives for a text the new one, and an assignment of that to where the text came from: a variable, or a place in a list or hash.
 * What else holds the same text keeps the old one.
 */
export function rewriteMutation(call: Syntax, block: readonly Syntax[], build: Build): Syntax | undefined {
  const name = calledName(call);
  if (name === undefined || call.type !== "send" || !IN_PLACE.has(name)) return undefined;
  const [receiver, , ...given] = call.children;
  if (!isSyntax(receiver)) return undefined;
  if (name === "[]=" && !(receiver.type in ASSIGNMENT)) return undefined;
  if (name === "<<") return appended(call, build);
  if (isNeverText(receiver)) return undefined;
  const helper = (method: string, ...more: unknown[]): Syntax => {
    const made = build("send", null, method, ...more, build("sym", name), ...given);
    return block.length === 0 ? made : build("block", made, ...block);
  };
  const assignment = ASSIGNMENT[receiver.type];
  if (assignment !== undefined) return assigned(receiver, helper("__change", receiver), build);
  if (receiver.type === "send" && receiver.children[1] === "[]" && isSyntax(receiver.children[0])) {
    return helper("__change_at", receiver.children[0], build("array", ...receiver.children.slice(2)));
  }
  return helper("__change", receiver);
}

/** `value` with what the helper left for the variable assigned to it. */
function assigned(variable: Syntax, value: Syntax, build: Build): Syntax {
  const kept = build("lvasgn", "__result", value);
  const changed = build("send", null, "__changed");
  const assign = build(ASSIGNMENT[variable.type] as string, variable.children[0], changed);
  return build("begin", kept, assign, build("lvar", "__result"));
}

/** `x << a << b`: the chain is one change. */
function appended(call: Syntax, build: Build): Syntax | undefined {
  const added: unknown[] = [];
  let root: Syntax = call;
  while (calledName(root) === "<<" && root.type === "send" && childNode(root, 0) !== undefined) {
    added.unshift(root.children[2]);
    root = childNode(root, 0) as Syntax;
  }
  if (isNeverText(root)) return undefined;
  if (root.type === "send" && root.children[1] === "[]" && isSyntax(root.children[0])) {
    return build("send", null, "__append_at", root.children[0], build("array", ...root.children.slice(2)), ...added);
  }
  const longer = build("send", null, "__append", root, ...added);
  const assignment = ASSIGNMENT[root.type];
  if (assignment === undefined) return longer;
  const isText = build("send", null, "__text?", root);
  return build("if", isText, build(assignment, root.children[0], longer), call);
}

function isNeverText(receiver: Syntax): boolean {
  return ["array", "hash", "int", "float", "self", "const"].includes(receiver.type);
}
