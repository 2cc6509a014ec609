import { FieldReference } from "../../event/field-reference.ts";
import { TextSlice } from "../../event/lazy-value.ts";
import { isTree, type StoredTree } from "../../event/value.ts";
import type { Decoder } from "../../plugin/definitions.ts";
import { adoptDocument } from "../../transform/adopt-document.ts";
import { parseJson } from "../../transform/parse-json.ts";
import { charsetDecoder } from "./charset.ts";
import { keepOriginal } from "./plain.ts";

export interface JsonDecoderSettings {
  readonly charset: string;
  /** Field that the document goes into; undefined: the event itself. */
  readonly target: string | undefined;
  /** Keep the text of a document that is one event in `[event][original]`, unless it has one. */
  readonly keepsOriginal: boolean;
  /** Flag of records that are cut and therefore no JSON, and their tag. */
  readonly cut?: { readonly flag: number; readonly tag: string };
}

/** Reads a record as a JSON object, or an array of objects as several events. What is no JSON stays whole in `message`, tagged. */
export function jsonDecoder(settings: JsonDecoderSettings): Decoder {
  const decode = charsetDecoder(settings.charset);
  const target = settings.target === undefined ? undefined : new FieldReference(settings.target);
  return {
    decode({ bytes, start, end, flags }, event, more) {
      const slice = decode === undefined ? new TextSlice(bytes, start, end) : decode(bytes, start, end);
      const { cut } = settings;
      if (cut !== undefined && (flags & cut.flag) !== 0) {
        event.fields["message"] = slice;
        event.tag(cut.tag);
        return;
      }
      const documents = documentsOf(typeof slice === "string" ? slice : slice.materialise());
      if (documents === undefined) {
        event.fields["message"] = slice;
        event.tag("_jsonparsefailure");
        return;
      }
      if (documents.length === 0) event.cancelled = true;
      for (let i = 0; i < documents.length; i++) {
        const into = i === 0 ? event : more();
        if (target !== undefined) target.set(into, documents[i] as StoredTree);
        else adoptDocument(into, documents[i] as StoredTree);
      }
      if (settings.keepsOriginal && documents.length === 1) keepOriginal(event, slice);
    },
  };
}

/** The objects of a text; none for a blank one; undefined where it is no JSON, or not made of objects. */
function documentsOf(text: string): StoredTree[] | undefined {
  let parsed: unknown;
  try {
    parsed = parseJson(text);
  } catch {
    return text.trim() === "" ? [] : undefined;
  }
  if (isTree(parsed)) return [parsed];
  return Array.isArray(parsed) && parsed.every(isTree) ? parsed : undefined;
}
