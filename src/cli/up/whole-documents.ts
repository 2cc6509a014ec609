/**
 * Whether a file is one document over many lines rather than a log, by its name and first bytes: JSON whose first line opens more than it closes,
 * YAML by its name. undefined: it may be a log.
 */
export function documentKind(path: string, start: Buffer): "JSON" | "YAML" | undefined {
  const text = start.toString("utf8").replace(/^\ufeff/, "");
  if (/\.ya?ml$/i.test(path)) return "YAML";
  const [first, second] = text.split("\n", START_LINES).filter((line) => line.trim() !== "");
  // One line is a log's only record, whatever it holds; a line longer than what was read may be one too.
  if (first === undefined || second === undefined) return undefined;
  return /^\s*(?:\[\s*(?:$|[[{"])|\{\s*(?:$|"))/.test(first) && /[[{,:]\s*$/.test(first) && depthAfter(first) > 0
    ? "JSON"
    : undefined;
}

const START_LINES = 20;

/** Brackets that a line leaves open, those in texts not counted. */
function depthAfter(line: string): number {
  const outside = line.replace(/"(?:[^"\\]|\\.)*"/g, "");
  return (outside.match(/[[{]/g)?.length ?? 0) - (outside.match(/[\]}]/g)?.length ?? 0);
}
