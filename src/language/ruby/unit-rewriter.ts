import { type RubyPart, type RubySource, RubySyntaxError } from "./compiled-unit.ts";
import { FloatDivision } from "./float-division.ts";
import { rewriteMutation } from "./mutated-texts.ts";
import { type TranslatedRegexp, translateRegexp } from "./ruby-regexp.ts";
import {
  type Build,
  calledName,
  childNode,
  childNodes,
  isOwnCall,
  isSyntax,
  lineOf,
  type Syntax,
  statementsOf,
} from "./syntax.ts";

/** A part and its syntax tree. */
export interface ParsedPart {
  readonly part: RubyPart;
  readonly body: Syntax | undefined;
}

export type Update = (node: Syntax, children: readonly unknown[]) => Syntax;

/** Makes of parts one class, and of what Opal has no equal for something that it has. */
export class UnitRewriter {
  readonly #build: Build;
  readonly #update: Update;
  readonly #regexps: TranslatedRegexp[];
  #source: RubySource | undefined;
  #part: RubyPart | undefined;
  #division: FloatDivision | undefined;

  constructor(build: Build, update: Update, regexps: TranslatedRegexp[]) {
    this.#build = build;
    this.#update = update;
    this.#regexps = regexps;
  }

  unit(source: RubySource, id: string, parts: readonly ParsedPart[]): Syntax {
    const build = this.#build;
    const body = parts.flatMap(({ part, body }) =>
      part.kind === "script" ? this.#script(part, body) : this.#method(part, body),
    );
    this.#source = source;
    const owner = this.#owner();
    return build("class", build("const", owner, id), owner, build("begin", ...body, build("nil")));
  }

  #owner(): Syntax {
    const build = this.#build;
    return build(
      "const",
      build("const", build("const", build("cbase"), "LogStash"), "Filters"),
      this.#source?.owner ?? "Ruby",
    );
  }

  /** Methods that a body defines on its way stand beside it: defined once, not for each event. */
  #method(part: RubyPart, body: Syntax | undefined): Syntax[] {
    const build = this.#build;
    this.#begin(part, body);
    const statements = statementsOf(body);
    const methods = statements.filter((node) => node.type === "def").map((node) => this.#rewrite(node, true));
    const rest = statements.filter((node) => node.type !== "def").map((node) => this.#rewrite(node, false));
    const parameters = part.parameters.map((name) => build("arg", name));
    return [
      ...methods,
      build(
        "def",
        part.method,
        build("args", ...parameters),
        rest.length === 0 ? build("nil") : build("begin", ...rest),
      ),
    ];
  }

  /** A file's statements, without its inline tests. */
  #script(part: RubyPart, body: Syntax | undefined): Syntax[] {
    this.#begin(part, body);
    const isTest = (node: Syntax): boolean => node.type === "block" && isOwnCall(childNode(node, 0) as Syntax, "test");
    return statementsOf(body)
      .filter((node) => !isTest(node))
      .map((node) => this.#rewrite(node, true));
  }

  #begin(part: RubyPart, body: Syntax | undefined): void {
    this.#part = part;
    this.#division = body === undefined ? undefined : new FloatDivision(body);
  }

  /** `nested`: inside a block, a loop or a method of the user's, where `next` is not the part's own. */
  #rewrite(node: Syntax, nested: boolean): Syntax {
    const build = this.#build;
    switch (node.type) {
      case "block": {
        const [call, parameters, body] = node.children as [Syntax, unknown, unknown];
        const inner = isSyntax(body) ? this.#rewrite(body, true) : body;
        const rewritten = this.#inside(call, nested);
        return (
          rewriteMutation(rewritten, [parameters as Syntax, inner as Syntax], build) ??
          this.#update(node, [this.#special(rewritten), parameters, inner])
        );
      }
      case "next":
        return nested
          ? this.#inside(node, nested)
          : build("return", ...childNodes(node).map((child) => this.#rewrite(child, nested)));
      case "regexp":
        return this.#regexp(node, nested);
      case "match_with_lvasgn":
        return this.#namedMatch(node, nested);
      case "xstr":
        return build(
          "send",
          null,
          "raise",
          build("const", build("cbase"), "NotImplementedError"),
          build("str", "no command is run from here"),
        );
      case "while":
      case "until":
      case "while_post":
      case "until_post":
      case "for":
      case "def":
      case "defs":
      case "class":
      case "module":
        return this.#inside(node, true);
      case "when": {
        const kinds = node.children.map((child) =>
          isFloatClass(child) ? build("const", build("cbase"), "AntlerFloat") : child,
        );
        return this.#inside(this.#update(node, kinds), nested);
      }
      case "casgn":
        return this.#constant(this.#inside(node, nested));
      default: {
        const made = calledName(node) === "<<" ? this.#chain(node, nested) : this.#inside(node, nested);
        return rewriteMutation(made, [], build) ?? this.#division?.rewrite(made, build) ?? this.#special(made);
      }
    }
  }

  /** `x << a << b` is looked at as a whole: its inner calls stay calls. */
  #chain(node: Syntax, nested: boolean): Syntax {
    const [receiver, name, ...given] = node.children as [Syntax | undefined, string, ...unknown[]];
    const isChain = isSyntax(receiver) && calledName(receiver) === "<<" && receiver.type === "send";
    const root = isChain
      ? this.#chain(receiver, nested)
      : isSyntax(receiver)
        ? this.#rewrite(receiver, nested)
        : receiver;
    return this.#update(node, [root, name, ...given.map((one) => (isSyntax(one) ? this.#rewrite(one, nested) : one))]);
  }

  #inside(node: Syntax, nested: boolean): Syntax {
    let changed = false;
    const children = node.children.map((child) => {
      if (!isSyntax(child)) return child;
      const made = this.#rewrite(child, nested);
      if (made !== child) changed = true;
      return made;
    });
    return changed ? this.#update(node, children) : node;
  }

  /** Calls that Opal treats in ways of its own. */
  #special(call: Syntax): Syntax {
    const name = calledName(call);
    if (name !== undefined && ["require", "require_relative", "load"].includes(name) && isOwnCall(call, name))
      return this.#build("send", null, "__require", ...call.children.slice(2));
    if (
      name !== undefined &&
      ["is_a?", "kind_of?", "instance_of?"].includes(name) &&
      call.type === "send" &&
      isFloatClass(call.children[2])
    )
      return this.#build("send", this.#build("const", this.#build("cbase"), "AntlerFloat"), "===", call.children[0]);
    return call;
  }

  /** A constant set by a part's body belongs to the class that all filters of the kind have in common, as in Logstash. */
  #constant(node: Syntax): Syntax {
    if (this.#part?.kind === "script" || childNode(node, 0) !== undefined) return node;
    return this.#update(node, [this.#owner(), ...node.children.slice(1)]);
  }

  #regexp(node: Syntax, nested: boolean): Syntax {
    const build = this.#build;
    const flags = ((node.children.at(-1) as Syntax).children as string[]).join("");
    const parts = node.children.slice(0, -1) as Syntax[];
    if (parts.every((part) => part.type === "str")) {
      const source = parts.map((part) => part.children[0] as string).join("");
      try {
        this.#regexps.push(translateRegexp(source, flags));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new RubySyntaxError(
          `the regular expression /${source}/ cannot be had: ${reason}`,
          this.#part?.name ?? "code",
          lineOf(node),
        );
      }
      return build("js_tmp", `$re[${this.#regexps.length - 1}]`);
    }
    const pieces = parts.map((part) => this.#rewrite(part, nested));
    return build("send", null, "__regexp", build("array", ...pieces), build("str", flags));
  }

  /** `/(?<name>…)/ =~ text` sets local variables. */
  #namedMatch(node: Syntax, nested: boolean): Syntax {
    const build = this.#build;
    const [expression, text] = childNodes(node) as [Syntax, Syntax];
    const source = childNodes(expression)
      .map((part) => (part.type === "str" ? String(part.children[0]) : ""))
      .join("");
    const names = [...source.matchAll(/\(\?<([a-z_]\w*)>/g)].map((match) => match[1] as string);
    const match = build("send", this.#regexp(expression, nested), "=~", this.#rewrite(text, nested));
    const assign = names.map((name) => build("lvasgn", name, build("send", null, "__matched", build("str", name))));
    return build("begin", build("lvasgn", "__place", match), ...assign, build("lvar", "__place"));
  }
}

function isFloatClass(node: unknown): boolean {
  return isSyntax(node) && node.type === "const" && childNode(node, 0) === undefined && node.children[1] === "Float";
}
