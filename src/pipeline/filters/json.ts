import { FieldReference } from "../../event/field-reference.ts";
import { isTree, type Value } from "../../event/value.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { boolean, fieldReference, list } from "../../plugin/options.ts";
import { UNKNOWN } from "../../plugin/value-shape.ts";
import { setDocument } from "../../transform/adopt-document.ts";
import { parseJson } from "../../transform/parse-json.ts";
import { canHold } from "../../transform/reserved-fields.ts";

const options = {
  source: fieldReference({ description: "Field with the JSON text", required: true }),
  target: fieldReference({ description: "Field that the document goes into; default: the event itself" }),
  skip_on_invalid_json: boolean({ description: "Let text that is no JSON pass without a tag", default: false }),
  tag_on_failure: list({
    description: "Tags when the text is no JSON, or no object and there is no target",
    default: ["_jsonparsefailure"],
  }),
};

export const json: FilterPlugin = defineFilter({
  name: "json",
  summary: "Reads a field's JSON text into fields.",
  options,
  examples: [
    {
      title: "Into the event",
      config: 'json { source => "message" }',
      given: '{"user":{"name":"ann"},"n":1}',
      expect: { "[user][name]": "ann", n: 1 },
    },
    {
      title: "Into a field",
      config: 'json { source => "message" target => "doc" }',
      given: "[1,2]",
      expect: { doc: [1, 2] },
    },
    {
      title: "A time that is none stays aside",
      config: 'json { source => "message" }',
      given: '{"@timestamp":"soon"}',
      expect: { "_@timestamp": "soon", tags: ["_timestampparsefailure"] },
    },
    {
      title: "No JSON",
      config: 'json { source => "message" }',
      given: "oops",
      expect: { message: "oops", tags: ["_jsonparsefailure"] },
    },
  ],
  shape(settings, event) {
    if (settings.target === undefined) event.any();
    else event.set(settings.target, UNKNOWN, "target");
  },
  create(settings, host) {
    const source = new FieldReference(settings.source);
    const target = settings.target === undefined ? undefined : new FieldReference(settings.target);
    return {
      apply(event) {
        const text = source.get(event);
        if (text === undefined || text === null || text === false) return false;
        const parsed = parse(text);
        if (parsed === undefined && settings.skip_on_invalid_json) return false;
        if (target !== undefined) {
          if (parsed !== undefined && canHold(target, parsed)) {
            target.set(event, parsed);
            return true;
          }
        } else if (isTree(parsed)) {
          setDocument(event, parsed, host.now);
          return true;
        }
        for (const tag of settings.tag_on_failure) event.tag(tag);
        return false;
      },
    };
  },
});

/** The value of a text, null for a blank one; undefined where it is no JSON. */
function parse(text: Value): Value | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return parseJson(text) as Value;
  } catch {
    return text.trim() === "" ? null : undefined;
  }
}
