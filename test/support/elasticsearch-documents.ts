/** An item of a bulk answer: operation → what became of it. */
export type ModelItem = Record<string, ItemAnswer>;

export interface ItemAnswer {
  status: number;
  failure_store?: string;
  error?: { type: string; reason: string; caused_by?: { type: string; reason: string } };
}

export interface DocumentRules {
  /** Names that are data streams. Default: none. */
  readonly dataStreams?: readonly string[];
  /** Why the mapping does not take a document. */
  readonly refuses?: (source: Record<string, unknown>) => string | undefined;
  /** Refused documents of data streams go to the failure store. */
  readonly failureStore?: boolean;
}

export class MalformedBulk extends Error {}

interface Operation {
  readonly verb: string;
  readonly index: string;
  readonly id: string | undefined;
  readonly source: Record<string, unknown> | undefined;
}

/** What Elasticsearch keeps, and how it takes bulk operations. Source: Elasticsearch "Bulk API", and answers of a real 8.19. */
export class ModelDocuments {
  readonly #rules: DocumentRules;
  readonly #indices = new Map<string, Map<string, Record<string, unknown>>>();
  readonly failures: Record<string, unknown>[] = [];
  readonly #rollovers = new Map<string, number>();
  #generated = 0;

  constructor(rules: DocumentRules = {}) {
    this.#rules = rules;
  }

  /** Documents by id; of a data stream, all that its backing indices have. */
  of(index: string): ReadonlyMap<string, Record<string, unknown>> {
    return new Map(this.backing(index).flatMap((name) => [...(this.#indices.get(name) ?? [])]));
  }

  /** Documents of an index, or of all backing indices of a data stream; one that is in two of them counts twice. */
  count(index: string): number {
    return this.backing(index).reduce((sum, name) => sum + (this.#indices.get(name)?.size ?? 0), 0);
  }

  /** Names of data streams and indices that have documents. */
  get indices(): string[] {
    const streams = [...this.#rollovers.keys()];
    const backing = new Set(streams.flatMap((name) => this.backing(name).slice(1)));
    return [...this.#indices.keys()].filter((name) => !backing.has(name));
  }

  /** Backing indices of a data stream, the one that is written to last; else the index itself. The first one has the stream's name here. */
  backing(index: string): string[] {
    const rollovers = this.#rollovers.get(index) ?? 0;
    return [
      index,
      ...Array.from({ length: rollovers }, (_none, i) => `.ds-${index}-${String(i + 2).padStart(6, "0")}`),
    ];
  }

  rollOver(stream: string): void {
    this.#rollovers.set(stream, (this.#rollovers.get(stream) ?? 0) + 1);
  }

  /** Answers of the APIs for resolving indices and for getting many documents; undefined for others. */
  ask(path: string, body: string): { readonly status: number; readonly body: object } | undefined {
    const [, first = "", second, name = ""] = path.split("/").map(decodeURIComponent);
    if (first === "_resolve" && second === "index") {
      const isStream = this.#rules.dataStreams?.includes(name) === true;
      if (!isStream) return { status: 200, body: { indices: [{ name }], aliases: [], data_streams: [] } };
      return {
        status: 200,
        body: { indices: [], aliases: [], data_streams: [{ name, backing_indices: this.backing(name) }] },
      };
    }
    if (second !== "_mget") return undefined;
    const { docs } = JSON.parse(body) as { docs: { _id: string }[] };
    const documents = this.#indices.get(first);
    return { status: 200, body: { docs: docs.map(({ _id }) => ({ _id, found: documents?.has(_id) === true })) } };
  }

  /** Applies operations one after the other. `before` may answer in place of one, which is then not done. */
  apply(
    body: string,
    requireDataStream: boolean,
    before: (place: number) => ItemAnswer | undefined = () => undefined,
  ): ModelItem[] {
    return readOperations(body).map((operation, place) => ({
      [operation.verb]: before(place) ?? this.#one(operation, requireDataStream),
    }));
  }

  #one({ verb, index, id, source }: Operation, requireDataStream: boolean): ItemAnswer {
    const isStream = this.#rules.dataStreams?.includes(index) === true;
    if (requireDataStream && !isStream) {
      return refusal(404, "index_not_found_exception", `no such index [${index}] and it requires a data stream`);
    }
    if (isStream && verb !== "create") {
      return refusal(400, "illegal_argument_exception", "only create operations are allowed in data streams");
    }
    const why = source === undefined ? undefined : this.#rules.refuses?.(source);
    if (why !== undefined && source !== undefined) {
      if (!isStream || this.#rules.failureStore !== true) return refusal(400, "document_parsing_exception", why);
      this.failures.push(source);
      return { status: 201, failure_store: "used" };
    }
    const documents = this.#documents(this.backing(index).at(-1) as string);
    const key = id ?? `generated-${this.#generated++}`;
    const known = documents.get(key);
    if (verb === "create" && known !== undefined) {
      return refusal(409, "version_conflict_engine_exception", `[${key}]: version conflict, document already exists`);
    }
    if (verb === "delete") return { status: documents.delete(key) ? 200 : 404 };
    if (verb === "update") {
      if (known === undefined) return refusal(404, "document_missing_exception", `[${key}]: document missing`);
      documents.set(key, { ...known, ...(source?.["doc"] as Record<string, unknown>) });
      return { status: 200 };
    }
    documents.set(key, source ?? {});
    return { status: known === undefined ? 201 : 200 };
  }

  #documents(index: string): Map<string, Record<string, unknown>> {
    let documents = this.#indices.get(index);
    if (documents === undefined) {
      documents = new Map();
      this.#indices.set(index, documents);
    }
    return documents;
  }
}

export function refusal(status: number, type: string, reason: string): ItemAnswer {
  return { status, error: { type, reason } };
}

function readOperations(body: string): Operation[] {
  if (!body.endsWith("\n")) throw new MalformedBulk("The bulk request must be terminated by a newline [\\n]");
  const lines = body.slice(0, -1).split("\n");
  const operations: Operation[] = [];
  for (let i = 0; i < lines.length; i++) {
    const action = parse(lines[i] as string, i);
    const [verb, target] = Object.entries(action)[0] ?? [];
    if (verb === undefined || !["create", "index", "update", "delete"].includes(verb)) {
      throw new MalformedBulk(`Malformed action/metadata line [${i + 1}], found [${verb}]`);
    }
    const { _index, _id } = target as { _index: string; _id?: string };
    const source = verb === "delete" ? undefined : parse(lines[++i] ?? "", i);
    operations.push({ verb, index: _index, id: _id, source });
  }
  return operations;
}

function parse(line: string, number: number): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    throw new MalformedBulk(`line ${number + 1} is not JSON`);
  }
}
