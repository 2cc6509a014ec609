import assert from "node:assert/strict";
import { endOf, newsSince, type Place } from "../../src/store/follow.ts";
import { StoreReader } from "../../src/store/store-reader.ts";
import { never, rowsOf, scratchFolder, storeOptions, withStore } from "./support.ts";

describe("what comes in behind a place of a store", () => {
  it("is seen once and in order, over slices that are closed between two looks and behind lines that were cut off", async () => {
    const folder = scratchFolder();
    const scratch = scratchFolder();
    const seen: number[] = [];
    let place: Place;
    const look = async (): Promise<void> => {
      const news = await newsSince(folder, place, scratch);
      place = news.place;
      const reader = await StoreReader.ofNews(news, 1);
      try {
        const fields = reader.fields.filter(({ path }) => path === "n");
        const all = { where: undefined, since: undefined, until: undefined };
        const found: number[] = [];
        for await (const rows of reader.rows(all, fields, 0, "ASC")) found.push(...rows.map(([n]) => Number(n)));
        seen.push(...found.sort((a, b) => a - b));
      } finally {
        reader.close();
      }
    };
    const add = (from: number, count: number, sliceBytes = 1e9): Promise<void> =>
      withStore(storeOptions(folder, { sliceBytes }).options, (store) =>
        store.append(
          rowsOf(
            Array.from({ length: count }, (_, i) => ({ n: from + i })),
            from,
          ),
          never,
        ),
      );
    await add(0, 3);
    place = await endOf(folder);
    await add(3, 2);
    await look();
    await add(5, 2);
    // Closes the slice of which 5 rows were seen; the next ones too, without a look between.
    await add(7, 1, 1);
    await add(8, 1, 1);
    await add(9, 2);
    await look();
    await look();
    await add(11, 1, 1);
    await look();
    assert.deepEqual(
      seen,
      Array.from({ length: 9 }, (_, i) => i + 3),
    );
  });
});
