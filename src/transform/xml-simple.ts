import type { Document, Element, Node } from "@xmldom/xmldom";
import { type ObjectValue, setOwn, type Value } from "../event/value.ts";

/** How elements become values; the names of Ruby's xml-simple. */
export interface XmlShape {
  /** Every element is a list, also one by itself. */
  readonly forceArray: boolean;
  /** Text is always below `content`, also of elements without attributes. */
  readonly forceContent: boolean;
  /** Elements with nothing in them are left out; else they are an empty object. */
  readonly suppressEmpty: boolean;
}

const CONTENT = "content";
/** Nesting beyond this is refused, since each level costs stack. */
const DEPTH_LIMIT = 500;

/** The root element as Ruby's `XmlSimple.xml_in` gives it: attributes and elements by name, text as `content`. */
export function xmlSimple(document: Document, shape: XmlShape): Value {
  const root = document.documentElement;
  return root === null ? null : (collapse(root, shape, 0) ?? null);
}

/** undefined: nothing in it, and that is not to be shown. */
function collapse(element: Element, shape: XmlShape, depth: number): Value | undefined {
  if (depth > DEPTH_LIMIT) throw new Error(`elements are nested deeper than ${DEPTH_LIMIT}`);
  const result: ObjectValue = {};
  for (const { name, value } of Array.from(element.attributes)) setOwn(result, name, value);
  const children = Array.from(element.childNodes);
  const elements = children.filter(isElement);
  const texts = children.filter(isText).map((text) => text.nodeValue ?? "");
  if (elements.length > 0) {
    for (const child of elements) {
      const value = collapse(child, shape, depth + 1);
      if (shape.suppressEmpty && element.attributes.length === 0 && isEmpty(value)) continue;
      merge(result, localName(child), value ?? null, shape);
    }
    if (texts.join("").trim() !== "") setOwn(result, CONTENT, texts.length === 1 ? (texts[0] as string) : texts);
  } else if (texts.length > 0) {
    const text = texts.join("");
    if (!/\S/.test(text) && !shape.suppressEmpty) return {};
    if (element.attributes.length === 0 && !shape.forceContent) return text;
    merge(result, CONTENT, text, shape);
  }
  return shape.suppressEmpty && Object.keys(result).length === 0 ? undefined : result;
}

function merge(object: ObjectValue, name: string, value: Value, shape: XmlShape): void {
  const present = Object.hasOwn(object, name) ? object[name] : undefined;
  if (Array.isArray(present)) setOwn(object, name, [...(present as Value[]), value]);
  else if (present !== undefined) setOwn(object, name, [present, value]);
  else setOwn(object, name, shape.forceArray && name !== CONTENT ? [value] : value);
}

function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "string" ? !/\S/.test(value) : Object.keys(value as object).length === 0;
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE;
}

function isText(node: Node): boolean {
  return node.nodeType === node.TEXT_NODE || node.nodeType === node.CDATA_SECTION_NODE;
}

function localName(element: Element): string {
  return element.localName ?? element.nodeName;
}
