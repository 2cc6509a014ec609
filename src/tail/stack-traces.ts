/**
 * Decides line by line whether a line belongs to the stack trace before it: Java, .NET, Node, Ruby (frames behind the error), Python (frames before it), Go (dumps of
 * goroutines), PHP. What looks like none of these is a line of its own. `phase` is what the trace has come to.
 */
type Phase =
  | "line"
  | "frames"
  | "braces"
  | "node source"
  | "node caret"
  | "node blank"
  | "node error"
  | "node end"
  | "python frames"
  | "python error"
  | "python blank"
  | "python chain"
  | "go"
  | "php";

/** Frames of Java, .NET, Node and Ruby, and what stands between them. */
const FRAME =
  /^\s+(?:at\s+\S|\.\.\. \d+ (?:more|common frames omitted)|from \S+:\d+|(?:Caused by|Suppressed|Wrapped by): |--- End of )|^(?:Caused by|Suppressed|Wrapped by): |^\s*---> |^--- End of /;
/** `java.lang.IllegalStateException: text`, `System.IO.IOException`, alone or behind `Exception in thread`. */
const ERROR_LINE = /^(?:[\w$]+[.:]+)*[A-Z][\w$]*(?:Exception|Error|Throwable|Fault)(?::\s|:?$)/;
const TROUBLE = /\b(?:error|exception|fatal|critical|severe|warn(?:ing)?|traceback|panic)\b|Exception|Error/i;
const TRACEBACK = /^(?:\s*[+|] )*Traceback \(most recent call last\):/;
const CHAINED = /^(?:During handling of the above exception|The above exception was the direct cause)/;
const GO_START = /^(?:panic: |fatal error: |goroutine \d+ \[|SIG[A-Z]+: )/;
const GO_LINE =
  /^(?:$|\t|\s+panic: |\[signal |goroutine \d+ \[|created by |exit status \d|\.\.\.|r\w{1,2}\s+0x|[\w./*\-[\]{}$%·]+(?:\.\(\*?[\w[\].]+\))?[\w.$·]*\(.*\)$)/;
const PHP_LINE = /^(?:Stack trace:$|(?:PHP\s+)?\s*#?\d+\.? |\s+thrown in )/;
const PHP_START =
  /^(?:\[[^\]]+\] )?(?:PHP )?(?:Fatal error|Warning|Parse error|Notice): .*|Uncaught .* in .*\.php:\d+$/;
const NODE_SOURCE = /^(?:file:\/\/)?(?:[A-Za-z]:)?[/\\].*\.[cm]?[jt]sx?:\d+$/;
const INDENTED = /^\s+\S/;

/** What a line is to the trace before it: the phase that it brings, or undefined when it does not belong to it. `first`: the event's first line. */
export function nextPhase(phase: Phase, line: string, first: string): Phase | undefined {
  switch (phase) {
    case "node source":
      return "node caret";
    case "node caret":
      return /^\s*\^+\s*$/.test(line) ? "node blank" : undefined;
    case "node blank":
      return line === "" ? "node error" : undefined;
    case "node error":
      return "frames";
    case "node end":
      return line.startsWith("Node.js v") ? "line" : undefined;
    case "braces":
      return line.startsWith("}") ? "frames" : "braces";
    case "python frames":
      return INDENTED.test(line) ? "python frames" : "python error";
    case "python error":
      return line === "" ? "python blank" : general(line, first);
    case "python blank":
      return CHAINED.test(line) ? "python chain" : undefined;
    case "python chain":
      return line === "" ? "python chain" : TRACEBACK.test(line) ? "python frames" : undefined;
    case "go":
      return GO_LINE.test(line) ? "go" : undefined;
    case "php":
      return PHP_LINE.test(line) ? "php" : undefined;
    case "frames":
      if (line === "" && first !== "" && NODE_SOURCE.test(first)) return "node end";
      if (FRAME.test(line)) return line.endsWith(" {") ? "braces" : "frames";
      return INDENTED.test(line) ? "frames" : general(line, first);
    case "line":
      return general(line, first);
  }
}

function general(line: string, first: string): Phase | undefined {
  if (FRAME.test(line)) return line.endsWith(" {") ? "braces" : "frames";
  if (PHP_LINE.test(line) && PHP_START.test(first)) return "php";
  // An error behind the line that reports it.
  if (!TROUBLE.test(first)) return undefined;
  if (TRACEBACK.test(line)) return "python frames";
  return ERROR_LINE.test(line) && !ERROR_LINE.test(first) ? "frames" : undefined;
}

/** The phase that the first line of an event brings. */
export function firstPhase(line: string): Phase {
  if (TRACEBACK.test(line)) return "python frames";
  if (GO_START.test(line)) return "go";
  return NODE_SOURCE.test(line) ? "node source" : "line";
}

/** Recognises traces along the lines of one file. */
export class StackTraces {
  #phase: Phase = "line";
  #first = "";

  /** Begins an event with a line. */
  begin(line: string): void {
    this.#first = line;
    this.#phase = firstPhase(line);
  }

  /** Whether a line belongs to the event; if it does, it is part of it from now on. */
  continues(line: string): boolean {
    const next = nextPhase(this.#phase, line, this.#first);
    if (next === undefined) return false;
    this.#phase = next;
    return true;
  }
}
