import { type ObjectValue, setOwn } from "../event/value.ts";

/**
 * Where the structured data end that begin at `from`, in a text of RFC 5424: behind the last element. Brackets within quotes do not
 * count, whatever stands there else. undefined where there are none or an element does not end.
 */
export function structuredDataEnd(text: string, from: number): number | undefined {
  let at = from;
  while (text[at] === "[") {
    const end = elementEnd(text, at + 1);
    if (end === undefined) return undefined;
    at = end;
  }
  return at === from ? undefined : at;
}

function elementEnd(text: string, from: number): number | undefined {
  let quoted = false;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === "\\") i++;
    else if (c === '"') quoted = !quoted;
    else if (c === "]" && !quoted) return i + 1;
  }
  return undefined;
}

const ELEMENT = /\[([^\s=\]"]+)((?: +[^\s=\]"]+="(?:[^"\\\]]|\\[\s\S])*")*) *\]/y;
const PARAMETER = /([^\s=\]"]+)="((?:[^"\\\]]|\\[\s\S])*)"/g;

/**
 * Elements by id, their parameters by name; of one that comes twice the last holds. undefined where the text is not what RFC 5424, 6.3
 * says: `[id name="value" …]…`, with `"`, `\` and `]` in values behind a backslash.
 */
export function parseStructuredData(text: string): ObjectValue | undefined {
  const elements: ObjectValue = {};
  let at = 0;
  while (at < text.length) {
    ELEMENT.lastIndex = at;
    const element = ELEMENT.exec(text);
    if (element === null) return undefined;
    const parameters: ObjectValue = {};
    for (const [, name = "", value = ""] of (element[2] as string).matchAll(PARAMETER))
      setOwn(parameters, name, value.replace(/\\(["\\\]])/g, "$1"));
    setOwn(elements, element[1] as string, parameters);
    at = ELEMENT.lastIndex;
  }
  return elements;
}
