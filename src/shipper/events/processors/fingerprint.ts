import { createHash } from "node:crypto";
import type { Value } from "../../../event/value.ts";
import { row } from "../../config/settings.ts";
import type { ShipperEvent } from "../event.ts";
import { FieldError, getField, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";

const METHODS = ["sha256", "md5", "sha1", "sha384", "sha512"] as const;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A digest of fields' names and values, the same as Filebeat's. */
export const fingerprint: ProcessorDefinition = {
  name: "fingerprint",
  options: {
    fields: row("list", undefined, "fields that it is made of"),
    target_field: row("text", "fingerprint", "field that gets it; `@metadata._id`: the document's id"),
    ignore_missing: row("boolean", false, "fields that are not there are left out; else there is no fingerprint"),
    method: row("text", "sha256", "sha256, md5, sha1, sha384 or sha512"),
    encoding: row("text", "hex", "hex, base32 or base64"),
  },
  required: ["fields"],
  make(settings) {
    const method = settings.choice("method", METHODS);
    const encoding = settings.choice("encoding", ["hex", "base32", "base64"]);
    const fields = [...new Set(settings.list("fields"))].sort();
    const target = settings.text("target_field");
    const ignoreMissing = settings.boolean("ignore_missing");
    return {
      reads: [...fields, target],
      run(event) {
        const hash = createHash(method);
        for (const field of fields) {
          const value = getField(event, field);
          if (value !== undefined) hash.update(`|${field}|${textOf(event, field, value)}`);
          else if (!ignoreMissing) throw new FieldError(`there is no field ${field}`);
        }
        const digest = hash.update("|").digest();
        putField(event, target, encoding === "base32" ? base32(digest) : digest.toString(encoding));
        return true;
      },
    };
  },
};

/** As Go prints a value. */
function textOf(event: ShipperEvent, field: string, value: Value): string {
  // Go leaves out zeros at the end of the fraction.
  if (field === "@timestamp")
    return `${event.timestamp.replace("T", " ").replace(/(?:\.0+|(\.\d*?)0*)?Z$/, "$1")} +0000 UTC`;
  if (value === null) return "<nil>";
  if (typeof value === "object") throw new FieldError(`${field} is no single value`);
  return String(value);
}

/** Source: RFC 4648, section 6. */
function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(value >> (bits - 5)) & 31];
  }
  if (bits > 0) text += BASE32[(value << (5 - bits)) & 31];
  return text.padEnd(Math.ceil(text.length / 8) * 8, "=");
}
