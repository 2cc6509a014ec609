import type { ByteWriter } from "../event/byte-writer.ts";
import type { Event } from "../event/event.ts";
import type { RecordSink, Source } from "../event/record-batch.ts";
import type { ObjectValue, Value } from "../event/value.ts";
import type { EventShape } from "./event-shape.ts";
import type { Options, OptionValues } from "./options.ts";

/** How field names are chosen where Logstash has two ways: ECS (`v1`, `v8`) or its old names. */
export type EcsMode = "disabled" | "v1" | "v8";

export interface Logger {
  info(message: string, details?: object): void;
  warn(message: string, details?: object): void;
  error(message: string, details?: object): void;
}

/** What every plugin is told of its place. */
export interface PluginHost {
  /** The user's `id`, else name and count: `grok#1`. */
  readonly pluginId: string;
  readonly pipelineId: string;
  readonly ecs: EcsMode;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
}

/** A problem that only the plugin can see: a bad pattern, two options that exclude each other. */
export interface OptionProblem {
  readonly option: string;
  readonly message: string;
  readonly help?: string;
  /** Default: error. `host`: depends on this machine (an absent file): an error at start, a warning in `check`. */
  readonly severity?: "error" | "warning" | "host";
}

/** An example of the docs and, with `given`, a test: what goes in and what comes out. */
export interface PluginExample {
  readonly title: string;
  /** A plugin as it stands in a `.conf` section. */
  readonly config: string;
  /** Filters: the event, or its `message`. Codecs: the bytes. */
  readonly given?: string | ObjectValue;
  /** Filters: fields of the event by reference, null for absent; `"dropped"` when nothing comes out. Codecs: the events, or the text written. */
  readonly expect?: Readonly<Record<string, Value>> | readonly Readonly<Record<string, Value>>[] | string;
}

interface PluginBase<O extends Options> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly options: O;
  readonly examples: readonly PluginExample[];
  /** How it differs from Logstash's plugin of that name, a sentence each; for its page and docs/compatibility.md. */
  readonly differs?: readonly string[];
  /** Logstash has no plugin of that name. */
  readonly antlerOnly?: true;
  /** Checks that need the whole set of options; run by `antler check` and at start. */
  check?(options: OptionValues<O>, ecs: EcsMode): OptionProblem[];
}

// ---- filters

/** Takes an event that a filter made; it goes on behind this filter. `add_field` and the like are applied to it unless `matched` is false. */
export type Emit = (made: Event, matched?: boolean) => void;

export interface FilterInstance {
  /** Works on one event. True when it "matched", so that `add_field` and the other common options are applied. */
  apply(event: Event, emit: Emit): boolean;
  /**
   * In place of `apply`, for a filter that waits for something (a server's answer). Called for all events of a chunk at once; the
   * filter bounds its time and how many requests are under way, and does not reject.
   */
  wait?(event: Event, emit: Emit): Promise<boolean>;
  /**
   * For filters that make events by time: called about every five seconds, and once with `final` before the worker ends. `parent` is
   * an empty event for `FilterHost.child`. Only plugins that are `stateful`.
   */
  flush?(parent: Event, emit: Emit, final: boolean): void;
  /** Tags that an event gets when this filter ran into the time limit. */
  readonly timeoutTags?: readonly string[];
  /** Bound for one event, in milliseconds; the runtime's own bound holds besides. */
  readonly timeoutMillis?: number;
}

export interface FilterHost extends PluginHost {
  /** A new event from `parent`, with an identity of its own that the same input makes again. */
  child(parent: Event): Event;
}

export interface FilterPlugin<O extends Options = Options> extends PluginBase<O> {
  readonly kind: "filter";
  /**
   * The fields that it can set or change, by reference, everything below them included; for `check`. undefined, or no such function: any
   * field. Common options are not its business.
   */
  sets?(options: OptionValues<O>, ecs: EcsMode): readonly string[] | undefined;
  /**
   * What `apply` does, to what is known of events: which fields there are then and what they can be. For holding documents against mappings. Without it: unknown
   * values in the fields of `sets`. It may say less than there is, never what cannot be.
   */
  shape?(options: OptionValues<O>, event: EventShape, ecs: EcsMode): void;
  /** It keeps something from event to event: its pipeline runs on one worker, in order, one event at a time. */
  stateful?(options: OptionValues<O>): boolean;
  create(options: OptionValues<O>, host: FilterHost): FilterInstance;
}

// ---- codecs

/** Cuts a stream of bytes into records, one instance for each source. Calls `emit` with a view that is valid during the call. */
export interface Framer {
  /** `start` and `end` bound the record in `bytes`; `rawLength` is what it took in the stream, delimiters included. */
  push(chunk: Buffer, emit: FrameTarget): void;
  /** What is left at the end of the stream, or when `idleMs` passed. */
  flush(emit: FrameTarget): void;
  /** Flush after so long without bytes; undefined: only at the end. */
  readonly idleMs?: number;
}

export type FrameTarget = (bytes: Buffer, start: number, end: number, rawLength: number, flags: number) => void;

/** A record on its way to being events. */
export interface RecordView {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Start offset in its source: bytes, or a running number where there is no file. */
  readonly offset: number;
  readonly flags: number;
}

export interface Decoder {
  /** It only puts the text into `message`; inputs that have the text already may skip it. */
  readonly isPlain?: boolean;
  /** Fills `event`, which has the source's fields already; `more` makes further events of the same record. */
  decode(record: RecordView, event: Event, more: () => Event): void;
}

export interface Encoder {
  encode(event: Event, out: ByteWriter): void;
  /** Where the last event goes to, if there it can be counted: the name of a data stream or index that takes it under an identity of ours. */
  readonly destination?: string | undefined;
  /** Behind the last event of a batch: what the deliverer has to know of them all (`EncodedEvents.trailer`). */
  finish?(out: ByteWriter): void;
}

export interface CodecPlugin<O extends Options = Options> extends PluginBase<O> {
  readonly kind: "codec";
  /** undefined: with these options it takes whatever the input has as one record. */
  framer?(options: OptionValues<O>, host: PluginHost): Framer | undefined;
  /** How a file's lines are joined to records; in place of `framer` for inputs that read lines themselves. */
  joinLines?(options: OptionValues<O>): LineJoin;
  decoder?(options: OptionValues<O>, host: PluginHost): Decoder;
  encoder?(options: OptionValues<O>, host: PluginHost): Encoder;
}

/** A rule by which lines belong together. */
export interface LineJoin {
  readonly pattern: RegExp;
  /** Lines that do not match are meant. */
  readonly negate: boolean;
  /** Whether such lines belong to the line before them ("after" it) or to the line that follows. */
  readonly match: "after" | "before";
  /** Lines of a record; further ones are cut off. */
  readonly maxLines: number;
  /** A record whose next line does not come is complete after so long; 0: it waits. */
  readonly timeoutMs: number;
}

// ---- inputs (main thread, but for the decoder)

export interface InputHost extends PluginHost {
  /** Number of this input, for `Source.input`. */
  readonly number: number;
  /** Where records go, and where back-pressure comes from. */
  readonly sink: RecordSink;
  /** Folder for the input's own state; not made yet. */
  readonly dataFolder: string;
  /** A source with a random id; `fields` are what all its events get. */
  source(fields: Source["fields"]): Source;
  /** A framer of the codec, where it has one. */
  framer(): Framer | undefined;
  /** A framer of another codec with its default options, where it has one. @throws RangeError for a codec that there is not */
  framerOf(codecName: string): Framer | undefined;
  /** The codec's rule for joining lines, where it has one. */
  joinLines(): LineJoin | undefined;
  /** For inputs with `keepsLedger`: counts to store with their positions, in one write. */
  readonly ledger: LedgerPart;
}

/** A ledger as a checkpoint stores it. */
export interface LedgerPart {
  snapshot(): object;
  /** Takes back what was stored, before the first batch. */
  restore(stored: unknown): void;
}

export interface DecoderHost extends PluginHost {
  /** The decoder of another codec, with its default options; undefined when there is none of that name. */
  decoderOf(codecName: string): Decoder | undefined;
}

export interface RunningInput {
  /** Stops reading and waits for what was submitted already; after `timeoutMs` it gives up waiting. */
  stop(timeoutMs: number): Promise<void>;
  /** Bytes that there are and that are not acknowledged, for inputs that can tell. */
  lag?(): number;
  /** Resolves when the input has come to its own end (stdin closed, generator count reached); never for endless ones. */
  readonly ended: Promise<void>;
}

export interface InputPlugin<O extends Options = Options> extends PluginBase<O> {
  readonly kind: "input";
  /** Name of the codec when none is given. */
  readonly defaultCodec: string;
  /** The fields that its events can have with a codec that only reads text, by reference; undefined: any. */
  sets?(options: OptionValues<O>, ecs: EcsMode): readonly string[] | undefined;
  /** The fields of its events with a codec that only reads text, and what they are, as in `FilterPlugin.shape`. */
  shape?(options: OptionValues<O>, event: EventShape, ecs: EcsMode): void;
  /** It stores the ledger with its own checkpoint; else the runtime keeps a file. */
  readonly keepsLedger?: boolean;
  /** How records become events, when it is not the codec's business alone; runs in workers. */
  decoder?(options: OptionValues<O>, host: DecoderHost, codec: Decoder): Decoder;
  /** Codecs that it uses besides its own: the option that names them, and their names. */
  furtherCodecs?(options: OptionValues<O>): { readonly option: string; readonly names: readonly string[] };
  start(options: OptionValues<O>, host: InputHost): Promise<RunningInput>;
  /** It reads the dead letters of the pipeline of this id, which must not be its own. */
  readsDeadLettersOf?(options: OptionValues<O>): string;
  /** It is a pipeline's entrance for other pipelines of the process, under this address; it is never started. */
  address?(options: OptionValues<O>): string;
}

// ---- outputs (an encoder in workers, a deliverer in the main thread)

/** Encoded events of one batch for one output; `ends[i]` is where the bytes of the i-th end. */
export interface EncodedEvents {
  readonly bytes: Buffer;
  readonly ends: Int32Array;
  readonly count: number;
  /** What the encoder's `finish` wrote. */
  readonly trailer: Buffer;
  readonly origins: Origins;
}

/** Where events of a delivery come from; for outputs that must know an event again without an id. */
export interface Origins {
  /** What was read for this delivery, events that did not come here included. */
  readonly ranges: readonly SourceRange[];
  /** Source of the i-th event, and where its record lies there. */
  sourceOf(i: number): Source;
  startOf(i: number): number;
  /** Where the record ends, excluded. */
  endOf(i: number): number;
}

/** A part of a source: offsets from `start` (included) to `end` (excluded). */
export interface SourceRange {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** How a delivery ended; the counts and `rejected` add up to the events given. */
export interface DeliveryOutcome {
  readonly delivered: number;
  /** Already there from an earlier send of the same event. */
  readonly existing: number;
  /** 409 on an id that the user chose. */
  readonly conflicts: number;
  /** Kept by the destination itself as failed (failure store). */
  readonly failureStore: number;
  /** Which of the events given the failure store has. */
  readonly inFailureStore?: readonly number[];
  /** To be dead-lettered: index among the events given, and why. */
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly reason: string }[];
}

/** What the sender of an output did since the start, and what it is at. */
export interface SenderFigures {
  readonly requests: number;
  /** Answered with 429 or 5xx, or with such an item. */
  readonly busy: number;
  /** Without an answer: connection faults, time limits. */
  readonly unanswered: number;
  /** Operations that were sent again. */
  readonly retries: number;
  readonly inFlight: number;
  /** Requests that may be in flight now. */
  readonly concurrency: number;
}

export interface Deliverer {
  /** Resolves when every event has its outcome, however long that takes; rejects only when `signal` aborts. */
  deliver(events: EncodedEvents, signal: AbortSignal): Promise<DeliveryOutcome>;
  /** Of its sender, where it has one that tries again by itself. */
  figures?(): SenderFigures;
  /** What holds events up now, in words; undefined: nothing that it knows of. */
  trouble?(): string | undefined;
  close(): Promise<void>;
}

export interface OutputPlugin<O extends Options = Options> extends PluginBase<O> {
  readonly kind: "output";
  readonly defaultCodec: string | undefined;
  encoder?(options: OptionValues<O>, host: EncoderHost, codec: Encoder): Encoder;
  deliverer(options: OptionValues<O>, host: PluginHost): Promise<Deliverer>;
  /** It hands events on to pipelines with these addresses, in the same worker; it never delivers. */
  addresses?(options: OptionValues<O>): readonly string[];
}

export interface EncoderHost extends PluginHost {
  /** Writes the 50 characters of the event's identity, or its foreign `[@metadata][_id]`. */
  writeIdentity(event: Event, out: ByteWriter): void;
}

export type Plugin = FilterPlugin | CodecPlugin | InputPlugin | OutputPlugin;

// The `define…` functions infer option types inside a definition and forget them outside.

export function defineFilter<O extends Options>(plugin: Omit<FilterPlugin<O>, "kind">): FilterPlugin {
  return { kind: "filter", ...plugin } as unknown as FilterPlugin;
}

export function defineCodec<O extends Options>(plugin: Omit<CodecPlugin<O>, "kind">): CodecPlugin {
  return { kind: "codec", ...plugin } as unknown as CodecPlugin;
}

export function defineInput<O extends Options>(plugin: Omit<InputPlugin<O>, "kind">): InputPlugin {
  return { kind: "input", ...plugin } as unknown as InputPlugin;
}

export function defineOutput<O extends Options>(plugin: Omit<OutputPlugin<O>, "kind">): OutputPlugin {
  return { kind: "output", ...plugin } as unknown as OutputPlugin;
}
