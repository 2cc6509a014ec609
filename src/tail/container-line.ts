/** A line of a container's log file. */
export interface ContainerLine {
  readonly text: string;
  readonly stream: string;
  /** RFC 3339, with nanoseconds. */
  readonly time: string;
  /** The text goes on in the next line of this stream. */
  readonly partial: boolean;
  readonly attributes?: Readonly<Record<string, string>>;
}

export type ContainerFormat = "auto" | "docker" | "cri";

/** `TIME STREAM TAGS TEXT`; the first tag is P (partial) or F. Source: Kubernetes, CRI logging (kuberuntime/logs). */
const CRI = /^(\d{4}-\d\d-\d\dT\S+) (stdout|stderr) (?:([^ ]*) )?/;

/** Reads a line of Docker's json-file driver (`{"log":…,"stream":…,"time":…}`) or of the CRI; undefined for what is neither. */
export function parseContainerLine(line: string, format: ContainerFormat): ContainerLine | undefined {
  if (format !== "cri" && line.startsWith("{")) return dockerLine(line);
  return format === "docker" ? undefined : criLine(line);
}

function dockerLine(line: string): ContainerLine | undefined {
  let parsed: { log?: unknown; stream?: unknown; time?: unknown; attrs?: unknown };
  try {
    parsed = JSON.parse(line) as typeof parsed;
  } catch {
    return undefined;
  }
  const { log, stream, time, attrs } = parsed;
  if (typeof log !== "string") return undefined;
  // Docker cuts lines at 16 KiB; only the last part ends with a line feed.
  const partial = !log.endsWith("\n");
  const text = partial ? log : log.slice(0, log.endsWith("\r\n") ? -2 : -1);
  const attributes = typeof attrs === "object" && attrs !== null ? (attrs as Record<string, string>) : undefined;
  return {
    text,
    stream: typeof stream === "string" ? stream : "",
    time: typeof time === "string" ? time : "",
    partial,
    ...(attributes === undefined ? {} : { attributes }),
  };
}

function criLine(line: string): ContainerLine | undefined {
  const match = CRI.exec(line);
  if (match === null) return undefined;
  const [head, time = "", stream = "", tags = ""] = match;
  return { text: line.slice(head.length), stream, time, partial: tags.split(":")[0] === "P" };
}
