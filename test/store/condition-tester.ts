import { openDuckDb } from "../../src/store/duckdb.ts";

/** Asks the engine which texts fulfil a condition (SQL) on the column `v`. */
export interface ConditionTester {
  /** Those that do, in their order. Fails where the condition is NULL. */
  matching(values: readonly string[], condition: string): Promise<string[]>;
  close(): void;
}

export async function conditionTester(): Promise<ConditionTester> {
  const { connection, close } = await openDuckDb({ memoryMegabytes: 256, threads: 1 });
  return {
    async matching(values, condition) {
      if (values.length === 0) return [];
      // As JSON in a parameter: what texts have in them cannot matter.
      const rows = `SELECT generate_subscripts(l, 1) i, unnest(l) v FROM (SELECT from_json($1, '["VARCHAR"]') l)`;
      const asked = await connection.runAndReadAll(`SELECT i, ${condition} FROM (${rows}) ORDER BY i`, [
        JSON.stringify(values),
      ]);
      return asked.getRows().flatMap(([place, holds]) => {
        const value = values[Number(place) - 1] as string;
        if (typeof holds !== "boolean") throw new Error(`${JSON.stringify(value)}: the condition is ${holds}`);
        return holds ? [value] : [];
      });
    },
    close,
  };
}
