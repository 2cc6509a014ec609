import { FieldReference } from "./field-reference.ts";
import { NO_SPLIT, type SplitPath } from "./identity.ts";
import { materialise } from "./lazy-value.ts";
import { Timestamp } from "./timestamp.ts";
import { isTree, type ObjectValue, type StoredTree, type StoredValue, setOwn } from "./value.ts";

const TAGS: FieldReference = new FieldReference("tags");

/** One record on its way through a pipeline. Filters reach its fields through compiled `FieldReference`s only. */
export class Event {
  /** The document; `@timestamp` is a `Timestamp`, `tags` an array of strings. */
  fields: StoredTree;
  /** `[@metadata]`: never leaves the pipeline. */
  metadata: StoredTree = {};
  /** Dropped on purpose: it goes no further and is counted as filtered out. */
  cancelled = false;
  /** Number of the record in its batch that it came from. */
  readonly record: number;
  /** How filters made it; `NO_SPLIT` for the record's own event. */
  readonly split: SplitPath;
  /** How many events have been made from this one, per plugin id: ordinals of split paths. */
  children: Map<string, number> | undefined = undefined;

  constructor(record: number, fields: StoredTree, split: SplitPath = NO_SPLIT) {
    this.record = record;
    this.fields = fields;
    this.split = split;
  }

  get timestamp(): Timestamp | undefined {
    const value = this.fields["@timestamp"];
    return value instanceof Timestamp ? value : undefined;
  }

  set timestamp(value: Timestamp) {
    this.fields["@timestamp"] = value;
  }

  /** Adds a tag, once. */
  tag(name: string): void {
    const tags = TAGS.get(this);
    if (tags === undefined || tags === null) this.fields["tags"] = [name];
    else if (Array.isArray(tags)) {
      if (!tags.includes(name)) this.fields["tags"] = [...tags, name];
    } else if (tags !== name) this.fields["tags"] = [tags, name];
  }

  untag(name: string): void {
    const tags = TAGS.get(this);
    if (Array.isArray(tags)) {
      if (tags.includes(name)) this.fields["tags"] = tags.filter((tag) => tag !== name);
    } else if (tags === name) TAGS.remove(this);
  }

  /** The whole document as ordinary values; for outputs, reports and tests, not for filters. */
  toObject(): ObjectValue {
    return materialise(copyTree(this.fields)) as ObjectValue;
  }

  metadataObject(): ObjectValue {
    return materialise(copyTree(this.metadata)) as ObjectValue;
  }

  /** An independent copy with the identity of a child. */
  copy(split: SplitPath): Event {
    const event = new Event(this.record, copyTree(this.fields), split);
    event.metadata = copyTree(this.metadata);
    return event;
  }
}

function copyTree(tree: StoredTree): StoredTree {
  const made: StoredTree = {};
  for (const key of Object.keys(tree)) {
    const value = tree[key];
    if (value !== undefined) setOwn(made, key, copyValue(value));
  }
  return made;
}

/** Scalars, timestamps and lazy texts are immutable and shared; objects and arrays are copied. */
export function copyValue(value: StoredValue): StoredValue {
  if (Array.isArray(value)) return value.map(copyValue);
  return isTree(value) ? copyTree(value) : value;
}
