import { createRequire } from "node:module";
import type { Attr, Document, Element, Node } from "@xmldom/xmldom";

type XmlDom = typeof import("@xmldom/xmldom");
let loaded: XmlDom | undefined;

/** Loaded with the first filter that needs it, so that others start without. */
function xmldom(): XmlDom {
  loaded ??= createRequire(import.meta.url)("@xmldom/xmldom") as XmlDom;
  return loaded;
}

/**
 * Parses XML. Nothing outside the text is ever read, and no entities but those of XML itself are known, so none can grow.
 * Not `strict`: what can be mended is no error.
 * @throws Error with the first fault
 */
export function parseXml(text: string, strict: boolean): Document {
  const { DOMParser } = xmldom();
  const parser = new DOMParser({
    locator: false,
    onError: (level: string, message: string) => {
      if (level === "fatalError" || (strict && level === "error")) throw new Error(message);
    },
  });
  return parser.parseFromString(text.replace(/^\uFEFF/, ""), "text/xml");
}

/** Takes the prefixes off all names, so that they are found by their local ones. */
export function withoutNamespaces(document: Document): Document {
  const bare = xmldom().DOMImplementation.prototype.createDocument.call(new (xmldom().DOMImplementation)(), null, "");
  const root = document.documentElement;
  if (root !== null) bare.appendChild(copyBare(bare, root));
  return bare;
}

function copyBare(into: Document, node: Element): Element {
  const made = into.createElement(node.localName ?? node.nodeName);
  for (const attribute of Array.from(node.attributes)) {
    if (attribute.name !== "xmlns" && !attribute.name.startsWith("xmlns:"))
      made.setAttribute(attribute.localName ?? attribute.name, attribute.value);
  }
  for (const child of Array.from(node.childNodes)) {
    if (child.nodeType === child.ELEMENT_NODE) made.appendChild(copyBare(into, child as Element));
    else made.appendChild(into.importNode(child, true));
  }
  return made;
}

/** The namespaces that the root element declares, by prefix; the default one as `xmlns`. */
export function rootNamespaces(document: Document): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, value } of Array.from(document.documentElement?.attributes ?? [])) {
    if (name === "xmlns") found["xmlns"] = value;
    else if (name.startsWith("xmlns:")) found[name.slice("xmlns:".length)] = value;
  }
  return found;
}

/** A node as it was written: elements with their tags, attributes by their value. */
export function nodeText(node: Node): string {
  switch (node.nodeType) {
    case node.ATTRIBUTE_NODE:
      return (node as Attr).value;
    case node.TEXT_NODE:
      return escapeText(node.nodeValue ?? "");
    case node.CDATA_SECTION_NODE:
      return `<![CDATA[${node.nodeValue ?? ""}]]>`;
    case node.COMMENT_NODE:
      return `<!--${node.nodeValue ?? ""}-->`;
    case node.ELEMENT_NODE: {
      const element = node as Element;
      const attributes = Array.from(element.attributes).map(
        ({ name, value }) => ` ${name}="${escapeText(value).replaceAll('"', "&quot;")}"`,
      );
      const inner = Array.from(element.childNodes).map(nodeText).join("");
      const tag = `${element.nodeName}${attributes.join("")}`;
      return inner === "" ? `<${tag}/>` : `<${tag}>${inner}</${element.nodeName}>`;
    }
    default:
      return node.nodeValue ?? "";
  }
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
