import { call } from "./elasticsearch.ts";

const PAGE = 10_000;

interface Page {
  readonly hits: {
    readonly hits: readonly { readonly fields: { readonly "event.id": readonly string[] }; readonly sort: unknown[] }[];
  };
}

/** How often each `event.id` (a keyword) is in a data stream or index. */
export async function countIds(url: string, stream: string): Promise<Map<string, number>> {
  await call(url, "POST", `${stream}/_refresh`);
  const counts = new Map<string, number>();
  let after: unknown[] | undefined;
  for (;;) {
    const { hits } = (
      (await call(url, "POST", `${stream}/_search`, {
        size: PAGE,
        sort: [{ "event.id": "asc" }, "_doc"],
        _source: false,
        docvalue_fields: ["event.id"],
        track_total_hits: false,
        ...(after === undefined ? {} : { search_after: after }),
      })) as unknown as Page
    ).hits;
    for (const { fields } of hits) {
      const id = fields["event.id"][0] as string;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    if (hits.length < PAGE) return counts;
    after = hits.at(-1)?.sort;
  }
}
