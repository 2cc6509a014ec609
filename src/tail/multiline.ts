import type { ContainerFormat } from "./container-line.ts";
import { containerLines, type Decide, ENDS_AFTER, ENDS_BEFORE, remembering } from "./line-joiner.ts";
import type { MultilineOptions } from "./options.ts";
import { StackTraces } from "./stack-traces.ts";

export const DEFAULT_MAX_LINES = 500;
export const DEFAULT_MULTILINE_TIMEOUT_MS = 5000;
/** Parts of a container's line; it is bounded by the longest message. */
const PART_LINES = 1_000_000;

/**
 * Decides line by line where events end, as Filebeat's multiline parser does (docs/reference/filebeat/multiline-examples.md in
 * elastic/beats). Pure: it sees a line's text and how many lines the event has.
 */
export class Multiline {
  readonly maxLines: number;
  readonly timeoutMs: number;
  readonly separator: string;
  /** It remembers what came before in the event: one for each file. */
  readonly isStateful: boolean;
  readonly #decide: Decide;

  /**
   * `raw`: how lines are read before they are decided on; `options` undefined: only the parts of containers' lines are joined.
   * @throws TypeError where the options do not belong together.
   */
  constructor(
    options: MultilineOptions | undefined,
    raw: {
      readonly container?: ContainerFormat | undefined;
      readonly lineText?: ((line: string) => string) | undefined;
    } = {},
  ) {
    const { container, lineText } = raw;
    this.maxLines = options?.maxLines ?? (options === undefined ? PART_LINES : DEFAULT_MAX_LINES);
    this.timeoutMs = options?.timeoutMs ?? DEFAULT_MULTILINE_TIMEOUT_MS;
    // Raw lines are read one by one later: what stands between them then is not decided here.
    const isRaw = container !== undefined || lineText !== undefined;
    this.separator = options?.skipNewline === true && !isRaw ? "" : "\n";
    this.isStateful = container !== undefined || options?.type === "stacktrace";
    let decide = options === undefined ? undefined : decisionOf(options);
    if (decide !== undefined && lineText !== undefined) {
      const inner = decide;
      decide = (text, lines) => inner(lineText(text), lines);
    }
    this.#decide = container === undefined ? (decide ?? (() => ENDS_AFTER)) : containerLines(container, decide);
  }

  /** `lines`: how many the event in progress has, 0 for none. Gives ENDS_BEFORE and ENDS_AFTER, or 0: the line joins and waits for more. */
  decide(text: string, lines: number): number {
    return this.#decide(text, lines);
  }
}

function decisionOf(options: MultilineOptions): Decide {
  if (options.type === "stacktrace") return stackTraces();
  return options.type === "count" ? byCount(options) : byPattern(options);
}

function stackTraces(): Decide {
  const traces = new StackTraces();
  const begin = (text: string): number => {
    traces.begin(text);
    return 0;
  };
  return remembering(begin, (text) => (traces.continues(text) ? 0 : begin(text) | ENDS_BEFORE));
}

function byCount(options: MultilineOptions): (text: string, lines: number) => number {
  const count = options.countLines ?? 0;
  if (!(count >= 1)) throw new TypeError("multiline of type count needs count_lines, at least 1");
  return (_text, lines) => (lines + 1 >= count ? ENDS_AFTER : 0);
}

function byPattern(options: MultilineOptions): (text: string, lines: number) => number {
  if (options.pattern === undefined) throw new TypeError(`multiline of type ${options.type} needs a pattern`);
  const pattern = stateless(options.pattern);
  const flush = options.flushPattern === undefined ? null : stateless(options.flushPattern);
  const negate = options.negate === true;
  const matches = (text: string): boolean => pattern.test(text) !== negate;
  if (options.type === "while_pattern") return (text) => (matches(text) ? 0 : ENDS_BEFORE | ENDS_AFTER);
  const before = options.match === "before";
  return (text, lines) => {
    // As in Filebeat: the flush pattern is not asked for the first line of an event.
    if (flush !== null && lines > 0 && flush.test(text)) return ENDS_AFTER;
    if (before) return matches(text) ? 0 : ENDS_AFTER;
    return lines > 0 && !matches(text) ? ENDS_BEFORE : 0;
  };
}

/** Without `g` and `y`, which would make `test` remember where it was. */
function stateless(pattern: RegExp): RegExp {
  return pattern.global || pattern.sticky ? new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")) : pattern;
}
