/** What is known of a value before there is one. `unknown`: anything, an object too. */
export type ValueKind = "object" | "text" | "integer" | "float" | "boolean" | "date" | "unknown";

/**
 * What texts look like. `integer`, `number`: digits. `address`: an IP address. `host`: a name or an address. `word`: letters, digits, `_`. `time`: a time, in
 * any form. `name`: no number, no address, no time, not `true` or `false`.
 */
export type TextForm = "integer" | "number" | "address" | "host" | "word" | "time" | "name";

export interface ValueShape {
  readonly kind: ValueKind;
  /** The only text that it can be. */
  readonly literal?: string;
  readonly form?: TextForm;
}

export const UNKNOWN: ValueShape = { kind: "unknown" };
export const TEXT: ValueShape = { kind: "text" };
export const INTEGER: ValueShape = { kind: "integer" };
export const FLOAT: ValueShape = { kind: "float" };
export const BOOLEAN: ValueShape = { kind: "boolean" };
export const DATE: ValueShape = { kind: "date" };

export function textShape(form: TextForm): ValueShape {
  return { kind: "text", form };
}
