import type { PlainNode } from "./plain-syntax.ts";

/** The longest text that every match of `node` contains, or "". */
export function requiredText(node: PlainNode): string {
  const run = { text: "", best: "" };
  collect(node, run);
  close(run);
  return run.best;
}

interface Run {
  /** Characters that certainly follow each other up to here. */
  text: string;
  best: string;
}

function close(run: Run): void {
  if (run.text.length > run.best.length) run.best = run.text;
  run.text = "";
}

function collect(node: PlainNode, run: Run): void {
  switch (node.kind) {
    case "set": {
      const only = node.set.length === 1 ? node.set[0] : undefined;
      if (only !== undefined && only[0] === only[1]) run.text += String.fromCodePoint(only[0]);
      else close(run);
      return;
    }
    case "sequence":
      for (const item of node.items) collect(item, run);
      return;
    case "capture":
      collect(node.body, run);
      return;
    case "repeat":
      close(run);
      if (node.min > 0) {
        collect(node.body, run);
        close(run);
      }
      return;
    case "choice":
      close(run);
      return;
    default:
      // Places take no character: the run goes on.
      return;
  }
}
