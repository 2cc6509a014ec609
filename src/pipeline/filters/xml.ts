import { createRequire } from "node:module";
import type { Document } from "@xmldom/xmldom";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, fieldReference, hash, text } from "../../plugin/options.ts";
import { TEXT, UNKNOWN } from "../../plugin/value-shape.ts";
import { nodeText, parseXml, rootNamespaces, withoutNamespaces } from "../../transform/xml-document.ts";
import { xmlSimple } from "../../transform/xml-simple.ts";

const options = {
  source: fieldReference({ description: "Field with the XML text", required: true }),
  target: fieldReference({ description: "Field of what the document says; needed with store_xml" }),
  store_xml: boolean({ description: "Store the whole document in target", default: true }),
  xpath: hash({
    description: "XPath expressions and the field that what they find is added to, as a list",
    default: {},
  }),
  namespaces: hash({
    description: "Prefixes in the expressions and what they stand for; default: those of the root element",
    default: {},
  }),
  remove_namespaces: boolean({ description: "Expressions see names without prefixes", default: false }),
  force_array: boolean({ description: "Every element is a list, also one by itself", default: true }),
  force_content: boolean({ description: "Text is always below `content`", default: false }),
  suppress_empty: boolean({ description: "Leave empty elements out; else they are an empty object", default: true }),
  parse_options: text({ description: "`strict`: XML that a lenient parser would mend is a failure" }),
};

const FAILURE_TAG = "_xmlparsefailure";

interface XPathLibrary {
  parse(expression: string): { evaluate(options: object): { nodes?: unknown[]; toString(): string } };
}

export const xml: FilterPlugin = defineFilter({
  name: "xml",
  summary: "Reads XML: the whole document, or what XPath expressions find in it.",
  options,
  differs: [
    "Documents with errors are not mended: without `strict` expressions find nothing in them, and with store_xml they get the failure tag as in Logstash.",
    "Expressions are XPath 1.0; entities that the document defines itself are not expanded.",
  ],
  examples: [
    {
      title: "A document",
      config: 'xml { source => "message" target => "doc" force_array => false }',
      given: '<order id="7"><item>pen</item><item>ink</item></order>',
      expect: { "[doc][id]": "7", "[doc][item]": ["pen", "ink"] },
    },
    {
      title: "Only some of it",
      config:
        'xml { source => "message" store_xml => false xpath => { "/order/@id" => "order" "//item/text()" => "items" } }',
      given: '<order id="7"><item>pen</item><item>ink</item></order>',
      expect: { order: ["7"], items: ["pen", "ink"] },
    },
    {
      title: "No XML",
      config: 'xml { source => "message" target => "doc" }',
      given: "<order",
      expect: { doc: null, tags: [FAILURE_TAG] },
    },
  ],
  check(settings) {
    const problems: OptionProblem[] = [];
    if (settings.store_xml && settings.target === undefined)
      problems.push({ option: "target", message: "store_xml needs a target" });
    for (const expression of Object.keys(settings.xpath)) {
      try {
        xpathLibrary().parse(expression);
      } catch (error) {
        const message = `${JSON.stringify(expression)} is no XPath expression: ${(error as Error).message}`;
        problems.push({ option: "xpath", message });
      }
    }
    return problems;
  },
  shape(settings, event) {
    if (settings.store_xml && settings.target !== undefined) event.set(settings.target, UNKNOWN, "target");
    for (const [expression, name] of Object.entries(settings.xpath))
      for (const field of [name].flat()) event.add(String(field), TEXT, "xpath", expression);
  },
  create(settings) {
    const source = new FieldReference(settings.source);
    const target = settings.target === undefined ? undefined : new FieldReference(settings.target);
    const strict = (settings.parse_options ?? "").split(/[|,\s]+/).includes("strict");
    const shape = {
      forceArray: settings.force_array,
      forceContent: settings.force_content,
      suppressEmpty: settings.suppress_empty,
    };
    const searches = Object.entries(settings.xpath).map(([expression, field]) => ({
      expression: xpathLibrary().parse(expression),
      field: new FieldReference(String(field)),
    }));
    const prefixes = settings.namespaces as Record<string, string>;

    /** Whether an expression found anything. */
    function search(event: Event, parsed: Document): boolean {
      const document = settings.remove_namespaces ? withoutNamespaces(parsed) : parsed;
      const namespaces = Object.keys(prefixes).length > 0 ? prefixes : rootNamespaces(document);
      let found = false;
      for (const { expression, field } of searches) {
        const result = expression.evaluate({ node: document, namespaces });
        const texts = result.nodes === undefined ? [result.toString()] : nodesInOrder(result).map(nodeText);
        if (texts.length === 0) continue;
        const before = field.get(event);
        const list =
          before === undefined || before === null ? [] : Array.isArray(before) ? (before as Value[]) : [before];
        field.set(event, [...list, ...texts]);
        found = true;
      }
      return found;
    }

    function parsed(value: string): Document | undefined {
      try {
        return parseXml(value, strict || settings.store_xml);
      } catch (error) {
        if (strict || settings.store_xml) throw error;
        return undefined;
      }
    }

    return {
      apply(event) {
        const given = source.get(event);
        const value = Array.isArray(given) && given.length === 1 ? (given[0] as Value) : given;
        if (value === undefined || value === "" || (typeof value === "string" && value.trim() === "")) return false;
        try {
          if (typeof value !== "string") throw new Error("no text");
          const document = parsed(value);
          if (document === undefined) return false;
          const found = searches.length > 0 && search(event, document);
          if (settings.store_xml) target?.set(event, xmlSimple(document, shape));
          return found || settings.store_xml;
        } catch {
          event.tag(FAILURE_TAG);
          return false;
        }
      },
    };
  },
});

function nodesInOrder(result: object): import("@xmldom/xmldom").Node[] {
  return (result as { toArray(): import("@xmldom/xmldom").Node[] }).toArray();
}

/** Loaded with the first filter that needs it. Its own declarations are of a DOM that is not xmldom's. */
function xpathLibrary(): XPathLibrary {
  return createRequire(import.meta.url)("xpath") as typeof import("xpath") as unknown as XPathLibrary;
}
