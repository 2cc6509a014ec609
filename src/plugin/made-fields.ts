import type { ValueShape } from "./value-shape.ts";

/** A value that a field can have, and what makes it so. Elements of lists count one by one, as in an index. */
export interface MadeField {
  /** The same for the same making, also when it came here on several ways. */
  readonly id: number;
  /** With `@metadata` first where it lies there. */
  readonly path: readonly string[];
  readonly value: ValueShape;
  readonly maker: Maker;
  /** Nothing has come behind it that can change any field. */
  readonly certain: boolean;
  /** Only for some events: inside an `if`. */
  readonly conditional: boolean;
  /** What is not known inside a branch; see `EventShape.forget`. */
  readonly forgotten?: readonly MadeField[];
}

/** The setting that makes a field: a plugin's option, and what it says of the field where it says several. `plugin` is opaque here. */
export interface Maker {
  readonly plugin: object;
  readonly option: string;
  readonly entry: string | undefined;
}

/** What one field can be, by id. */
type Values = Map<number, MadeField>;
/** Fields with the same first name, by their whole path. */
type Tree = Map<string, Values>;

function keyOf(path: readonly string[]): string {
  return path.join("\0");
}

/** Fields and their values. Copies share what is not changed: most branches change little. */
export class MadeFields {
  readonly #trees: Map<string, Tree>;
  /** First names of the trees that are this table's alone. */
  readonly #owned = new Set<string>();

  constructor(trees: ReadonlyMap<string, Tree> = new Map()) {
    this.#trees = new Map(trees);
  }

  copy(): MadeFields {
    // Neither may change from now on what both have.
    this.#owned.clear();
    return new MadeFields(this.#trees);
  }

  /** All that can come from one of several ways. `known`: see `EventShape.merged`. */
  static merged(ways: readonly MadeFields[], known: number): MadeFields {
    const merged = new MadeFields();
    for (const name of new Set(ways.flatMap((way) => [...way.#trees.keys()]))) {
      const trees = ways.map((way) => way.#trees.get(name));
      const [first] = trees;
      if (first !== undefined && trees.every((tree) => tree === first)) {
        merged.#trees.set(name, first);
        continue;
      }
      merged.#trees.set(name, mergedTrees(trees, known));
      merged.#owned.add(name);
    }
    for (const way of ways) way.#owned.clear();
    return merged;
  }

  *all(): Generator<MadeField> {
    for (const tree of this.#trees.values()) for (const values of tree.values()) yield* values.values();
  }

  get(path: readonly string[]): readonly MadeField[] {
    return [
      ...(this.#trees
        .get(path[0] as string)
        ?.get(keyOf(path))
        ?.values() ?? []),
    ];
  }

  /** The field itself, and those that lie in it. */
  at(path: readonly string[]): readonly MadeField[] {
    const key = keyOf(path);
    return [...(this.#trees.get(path[0] as string) ?? [])].flatMap(([name, values]) =>
      name === key || name.startsWith(`${key}\0`) ? [...values.values()] : [],
    );
  }

  add(made: MadeField): void {
    const tree = this.#own(made.path[0] as string);
    const key = keyOf(made.path);
    const values = tree.get(key);
    if (values === undefined) tree.set(key, new Map([[made.id, made]]));
    else values.set(made.id, made);
  }

  delete({ id, path }: MadeField): void {
    const tree = this.#own(path[0] as string);
    const key = keyOf(path);
    const values = tree.get(key);
    values?.delete(id);
    if (values?.size === 0) tree.delete(key);
  }

  #own(name: string): Tree {
    let tree = this.#trees.get(name);
    if (tree !== undefined && this.#owned.has(name)) return tree;
    tree = new Map([...(tree ?? [])].map(([key, values]) => [key, new Map(values)]));
    this.#trees.set(name, tree);
    this.#owned.add(name);
    return tree;
  }
}

function mergedTrees(trees: readonly (Tree | undefined)[], known: number): Tree {
  const merged: Tree = new Map();
  for (const tree of trees) {
    for (const [key, values] of tree ?? []) {
      const own = merged.get(key) ?? new Map<number, MadeField>();
      for (const [id, made] of values) if (own.get(id)?.certain !== false) own.set(id, made);
      merged.set(key, own);
    }
  }
  for (const [key, values] of merged) {
    for (const [id, made] of values) {
      if (id <= known && made.certain && !trees.every((tree) => tree?.get(key)?.has(id)))
        values.set(id, { ...made, certain: false });
    }
  }
  return merged;
}
