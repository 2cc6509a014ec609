import type { Event } from "../../event/event.ts";
import { FieldReference, parseFieldReference } from "../../event/field-reference.ts";
import { isTree, type StoredTree, setOwn, type Value } from "../../event/value.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { boolean, list, text } from "../../plugin/options.ts";

const options = {
  separator: text({ description: "What stands in place of a dot", default: "_" }),
  nested: boolean({ description: "Make objects of the parts in place of a separator", default: false }),
  fields: list({ description: "Fields to look at, such as `[a][b.c]`; default: all of the event's top", default: [] }),
  recursive: boolean({ description: "Also names inside objects", default: false }),
  tag_on_failure: list({
    description: "Tags when a part of a name is a value already, or no reference names it",
    default: ["_de_dot_failure"],
  }),
};

/** The new name is taken by a value, or there is none. */
class Immovable extends Error {}

export const deDot: FilterPlugin = defineFilter({
  name: "de_dot",
  summary: "Renames fields that have dots in their names.",
  options,
  examples: [
    {
      title: "Underscores",
      config: "de_dot { }",
      given: { "http.status": 200, plain: 1 },
      expect: { http_status: 200, plain: 1 },
    },
    {
      title: "Objects, also inside of objects",
      config: "de_dot { nested => true recursive => true }",
      given: { "http.request": { "body.bytes": 12 } },
      expect: { "[http][request][body][bytes]": 12 },
    },
    {
      title: "A part that is a value",
      config: "de_dot { nested => true }",
      given: { user: "ann", "user.id": 5 },
      expect: { user: "ann", tags: ["_de_dot_failure"] },
    },
  ],
  create(settings) {
    const nested = settings.nested;
    const parts = (name: string): string[] =>
      nested ? name.split(".").filter((part) => part !== "") : [name.replaceAll(".", settings.separator)];

    /** Names of an object and of objects in it, without dots. */
    function renamed(value: Value): Value {
      if (Array.isArray(value)) return value.map((item) => renamed(item as Value));
      if (!isTree(value)) return value;
      const made: StoredTree = {};
      for (const [name, item] of Object.entries(value)) put(made, parts(name), renamed(item as Value));
      return made as Value;
    }

    function move(event: Event, path: readonly string[]): void {
      const from = reference(path);
      const value = from.get(event);
      if (value === undefined) return;
      const target = path.flatMap(parts);
      const same = target.length === path.length && target.every((part, i) => part === path[i]);
      const content = settings.recursive ? renamed(value) : value;
      if (same) {
        if (settings.recursive) from.set(event, content);
        return;
      }
      const to = reference(target);
      checkFree(event, target);
      from.remove(event);
      // What held nothing but this is gone with it.
      for (let depth = path.length - 1; depth > 0; depth--) {
        const holder = reference(path.slice(0, depth));
        const left = holder.get(event);
        if (!isTree(left) || Object.keys(left).length > 0) break;
        holder.remove(event);
      }
      const present = to.get(event);
      to.set(event, isTree(present) && isTree(content) ? ({ ...present, ...content } as Value) : content);
    }

    const paths = settings.fields.map(parseFieldReference);
    return {
      apply(event) {
        const all = paths.length > 0 ? paths : Object.keys(event.fields).map((name) => [name]);
        try {
          for (const path of all) if (settings.recursive || path.some((name) => name.includes("."))) move(event, path);
          return true;
        } catch (error) {
          if (!(error instanceof Immovable)) throw error;
          for (const tag of settings.tag_on_failure) event.tag(tag);
          return false;
        }
      },
    };
  },
});

/** @throws Immovable for names that a reference cannot have, such as `a[0]` */
function reference(path: readonly string[]): FieldReference {
  if (path.length === 0 || path.some((name) => name === "" || /[[\]]/.test(name))) throw new Immovable();
  return new FieldReference(path.map((name) => `[${name}]`).join(""));
}

/** @throws Immovable when something on the way to `path` is no object */
function checkFree(event: Event, path: readonly string[]): void {
  for (let depth = 1; depth < path.length; depth++) {
    const value = reference(path.slice(0, depth)).get(event);
    if (value === undefined || value === null) return;
    if (!isTree(value)) throw new Immovable();
  }
}

function put(tree: StoredTree, path: readonly string[], value: Value): void {
  let node = tree;
  for (const name of path.slice(0, -1)) {
    const next = Object.hasOwn(node, name) ? node[name] : undefined;
    if (next !== undefined && !isTree(next)) throw new Immovable();
    const child: StoredTree = next ?? {};
    setOwn(node, name, child);
    node = child;
  }
  const last = path.at(-1);
  if (last === undefined) throw new Immovable();
  const present = Object.hasOwn(node, last) ? node[last] : undefined;
  setOwn(node, last, isTree(present) && isTree(value) ? { ...present, ...value } : value);
}
