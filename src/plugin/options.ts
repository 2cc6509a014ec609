/**
 * Option kinds of plugins, with Logstash's coercions. A plugin declares its options with these; checks, reference docs and the
 * values' types follow from the declaration.
 */
export type OptionKind =
  | "string"
  | "number"
  | "boolean"
  | "bytes"
  | "path"
  | "password"
  | "uri"
  | "field_reference"
  | "codec"
  | "list"
  | "hash"
  | "any";

/** A declared option. `T` is the type of its checked value. */
export interface Option<T = unknown> {
  readonly kind: OptionKind;
  /** One line, without a full stop at the end of a fragment; the unit where there is one. */
  readonly description: string;
  readonly default?: T;
  readonly required?: boolean;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  /** Also a list of such values. */
  readonly many?: boolean;
  /** Smallest and largest number allowed. */
  readonly range?: readonly [number, number];
  /** Why not to use it any more and what to use instead: a warning. */
  readonly deprecated?: string;
  /** Accepted so that existing configurations run, without effect here: why. A note in `check`. */
  readonly ignored?: string;
  /** Removed in Logstash or not had here: an error with this way out. */
  readonly obsolete?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** The checked values of declared options. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** Text that must not show in logs, errors or process lists. `reveal` is the only way to it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "<secret>";
  }

  toJSON(): string {
    return "<secret>";
  }
}

/** A codec named in an option, with its own options checked. */
export interface CodecChoice {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a hash option holds: values are strings, numbers, booleans, arrays or hashes again. */
export type HashValue = string | number | boolean | readonly HashValue[] | { readonly [key: string]: HashValue };
export type Hash = Readonly<Record<string, HashValue>>;

type Extra = Pick<Option, "deprecated" | "ignored" | "obsolete">;
interface Declared<T> extends Extra {
  readonly description: string;
  readonly default?: T;
}
interface Required extends Extra {
  readonly description: string;
  readonly required: true;
}
interface Chosen {
  readonly choices?: readonly string[];
}
interface Ranged {
  readonly range?: readonly [number, number];
}

type Declare<T, X = unknown> = {
  (declaration: Required & X): Option<T>;
  (declaration: Declared<T> & { readonly default: T } & X): Option<T>;
  (declaration: Declared<T> & X): Option<T | undefined>;
};

function kind<T, X = unknown>(name: OptionKind, extra?: Partial<Option>): Declare<T, X> {
  return ((declaration: object) => ({ kind: name, ...extra, ...declaration })) as unknown as Declare<T, X>;
}

export const text: Declare<string, Chosen> = kind("string");
export const number: Declare<number, Ranged> = kind("number");
export const boolean: Declare<boolean> = kind("boolean");
/** A size such as `10 MiB`; the value is bytes. */
export const bytes: Declare<number> = kind("bytes");
export const path: Declare<string> = kind("path");
export const password: Declare<Secret> = kind("password");
export const uri: Declare<string> = kind("uri");
export const fieldReference: Declare<string> = kind("field_reference");
export const codec: Declare<CodecChoice> = kind("codec");
/** Strings; one alone is a list of one. */
export const list: Declare<readonly string[], Chosen> = kind("list");
export const uris: Declare<readonly string[]> = kind("uri", { many: true });
/** Names and values; repeated settings merge. An array of pairs is accepted too. */
export const hash: Declare<Hash> = kind("hash");
/** A text, a list or a hash, as it is written; the plugin looks at what it is. */
export const any: Declare<HashValue> = kind("any");
