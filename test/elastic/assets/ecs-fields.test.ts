import assert from "node:assert/strict";
import { datasetFields } from "../../../src/elastic/assets/dataset-fields.ts";
import { ECS_FIELDS, type FieldRow, type FieldType } from "../../../src/elastic/assets/ecs-fields.ts";
import { isObject, type Json, type JsonObject, objectAt } from "../../../src/elastic/assets/json.ts";
import { expectedDocuments } from "../../support/expected-documents.ts";

const NUMBERS: ReadonlySet<FieldType | undefined> = new Set(["long", "float", "double", "scaled_float"]);

function typesOf(rows: readonly FieldRow[]): Map<string, FieldType> {
  return new Map(rows.flatMap(({ type, names }) => names.map((name): [string, FieldType] => [name, type])));
}

/** Values by the full name of their field, each element of arrays; what lies in a flattened field is left out. */
function* values(node: JsonObject, types: ReadonlyMap<string, FieldType>, prefix = ""): Generator<[string, Json]> {
  for (const [name, value] of Object.entries(node)) {
    const path = `${prefix}${name}`;
    for (const item of Array.isArray(value) ? value : [value]) {
      if (!isObject(item)) yield [path, item];
      else if (types.get(path) !== "flattened") yield* values(item, types, `${path}.`);
    }
  }
}

describe("field types, held against what the pipelines that come along make", () => {
  const ecs = typesOf(ECS_FIELDS);
  const roots = new Set([...ecs.keys()].map((name) => name.split(".")[0]));

  it("numbers have types of numbers, texts those of texts", () => {
    const wrong = new Set<string>();
    for (const document of expectedDocuments()) {
      const dataset = String(objectAt(document, "data_stream")["dataset"]);
      const types = new Map([...ecs, ...typesOf(datasetFields(dataset))]);
      for (const [name, value] of values(document, types)) {
        const type = types.get(name);
        if (type !== undefined && value !== null && NUMBERS.has(type) !== (typeof value === "number"))
          wrong.add(`${name}: ${type} is given ${JSON.stringify(value)}`);
      }
    }
    assert.deepEqual([...wrong], []);
  });

  it("below ECS's objects, what the table does not name is a text, which dynamic mapping makes a keyword", () => {
    const wrong = new Set<string>();
    for (const document of expectedDocuments()) {
      for (const [name, value] of values(document, ecs)) {
        const isBelow = name.includes(".") && roots.has(name.split(".")[0]);
        if (isBelow && !ecs.has(name) && typeof value !== "string" && !/^(journald|labels)\./.test(name))
          wrong.add(name);
      }
    }
    assert.deepEqual([...wrong], []);
  });

  it("fractions of a dataset do not depend on whether the first was whole", () => {
    const wrong = new Set<string>();
    for (const document of expectedDocuments()) {
      const dataset = String(objectAt(document, "data_stream")["dataset"]);
      // Its fields are anybody's.
      if (dataset === "application.json") continue;
      const types = new Map([...ecs, ...typesOf(datasetFields(dataset))]);
      for (const [name, value] of values(document, types)) {
        const isOurs = name.startsWith(`${dataset.split(".")[0]}.`);
        if (isOurs && typeof value === "number" && !NUMBERS.has(types.get(name))) wrong.add(name);
      }
    }
    assert.deepEqual([...wrong], []);
  });
});
